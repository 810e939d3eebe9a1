package io.doppel.sim.xapi.disk;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;

/**
 * What a guest does with its disk, without a guest: a real ext4 on a loop device over the disk's raw file, mounted in a mount
 * namespace of its own. It stays mounted while snapshots are taken. Needs root. Close it before the disk. For one thread.
 */
public final class GuestFileSystem implements AutoCloseable {
    /** $1 the raw file, $2 where to mount it, $3 what makes the file system. Runs each line that it is sent, and says "done". */
    private static final String SHELL = "set -e; d=$(losetup --direct-io=off --find --show \"$1\");"
            + " trap 'cd /; umount \"$2\" 2>/dev/null; losetup --detach $d' EXIT;"
            + " [ -z \"$3\" ] || $3 \"$d\"; mount -t ext4 \"$d\" \"$2\"; cd \"$2\"; echo done;"
            + " while read -r line; do eval \"$line\"; sync -f .; echo done; done";

    private final Process shell;
    private final BufferedReader said;
    /** Whether that was told already. */
    private boolean failed;

    private GuestFileSystem(LiveDisk disk, Path mountPoint, String make) throws IOException {
        shell = new ProcessBuilder(
                        "unshare", "-m", "sh", "-c", SHELL, "sh", disk.path().toString(), mountPoint.toString(), make)
                .redirectErrorStream(true)
                .start();
        said = shell.inputReader();
        awaitDone();
    }

    /** Makes an ext4 on an open disk, and mounts it for itself on an empty folder. */
    public static GuestFileSystem make(LiveDisk disk, Path mountPoint) throws IOException {
        // Not lazily: the kernel would go on writing for minutes, and nobody could say what a guest's own writes were.
        return new GuestFileSystem(
                disk, mountPoint, "mkfs.ext4 -q -E nodiscard,lazy_itable_init=0,lazy_journal_init=0");
    }

    /** Mounts the ext4 that an open disk has. */
    public static GuestFileSystem mount(LiveDisk disk, Path mountPoint) throws IOException {
        return new GuestFileSystem(disk, mountPoint, "");
    }

    /**
     * Runs a line of shell in the file system's top folder, and brings what it wrote to the disk.
     *
     * @throws IOException with the shell's words when a command fails; the file system is unmounted then
     */
    public void run(String line) throws IOException {
        shell.outputWriter().write(line + "\n");
        shell.outputWriter().flush();
        awaitDone();
    }

    private void awaitDone() throws IOException {
        StringBuilder words = new StringBuilder();
        for (String line = said.readLine(); !"done".equals(line); line = said.readLine()) {
            if (line == null) {
                failed = true;
                throw new IOException(
                        "the file system's shell ended: " + words.toString().strip());
            }
            words.append(line).append('\n');
        }
    }

    /**
     * Unmounts; everything is on the disk then.
     *
     * @throws IOException if it could not be unmounted
     */
    @Override
    public void close() throws IOException {
        shell.outputWriter().close();
        try {
            if (shell.waitFor() != 0 && !failed) {
                throw new IOException("the file system could not be unmounted");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a file system was unmounted");
        }
    }
}
