package io.doppel.karaf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A file system of 64 MiB that can be full. Mounted in a namespace of the server's own, which an ordinary user can make too (a
 * user namespace, which Debian allows), and reached from here through {@code /proc}.
 */
final class SmallDisk {
    private static final int MIB = 1 << 20;
    private static final String SCRIPT = "mount -t tmpfs -o size=64m,mode=1777 small \"$0\" && exec \"$@\"";

    /** As the server sees it. */
    final Path path;
    /** As we see it. */
    private final Path here;

    private SmallDisk(Path path, Path here) {
        this.path = path;
        this.here = here;
    }

    /** Starts a server that sees the small disk in the folder, which is made. */
    static SmallDisk start(Server server, Path folder) throws IOException, InterruptedException {
        Files.createDirectory(folder);
        List<String> program = new ArrayList<>(List.of("unshare", Server.isRoot() ? "-m" : "-rm"));
        program.addAll(List.of("sh", "-c", SCRIPT, folder.toString()));
        if (!Server.isRoot()) {
            // In that namespace the user counts as root; without capabilities he may do what he may outside.
            program.addAll(List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all"));
        }
        server.through(program.toArray(String[]::new)).doppel("start").mustSucceed();
        Path root = Path.of("/proc", String.valueOf(server.pid()), "root");
        return new SmallDisk(folder, root.resolve(folder.toString().substring(1)));
    }

    /** A file or folder on it, as we see it. */
    Path here(String name) {
        return here.resolve(name);
    }

    /** Leaves that many MiB free. */
    void fill(int free) throws IOException {
        byte[] block = new byte[MIB];
        while (Files.getFileStore(here).getUsableSpace() > (long) free * MIB) {
            Files.write(here("filler"), block, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
    }

    void free() throws IOException {
        Files.delete(here("filler"));
    }
}
