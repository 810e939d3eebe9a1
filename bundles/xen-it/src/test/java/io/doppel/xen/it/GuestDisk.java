package io.doppel.xen.it;

import io.doppel.sim.xapi.disk.GuestFileSystem;
import io.doppel.sim.xapi.disk.LiveDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A disk of a machine with its file system mounted, both open until this is closed. */
final class GuestDisk implements AutoCloseable {
    private final LiveDisk disk;
    private final GuestFileSystem files;

    /**
     * @param disk with a file system on it; closed with this
     * @param folder where the place to mount it on is made
     */
    GuestDisk(LiveDisk disk, Path folder) throws IOException {
        this.disk = disk;
        this.files = GuestFileSystem.mount(disk, Files.createTempDirectory(folder, "mounted"));
    }

    /** As {@link GuestFileSystem#run}. */
    void run(String line) throws IOException {
        files.run(line);
    }

    @Override
    public void close() throws IOException {
        try (disk) {
            files.close();
        }
    }
}
