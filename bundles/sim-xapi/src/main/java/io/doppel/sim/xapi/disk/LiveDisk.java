package io.doppel.sim.xapi.disk;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A disk that is open: its content is a raw file as long as the disk, made with FUSE by {@code qemu-storage-daemon}. A file
 * system can be mounted on it (through a loop device), a QEMU guest can run on it, and snapshots can be taken meanwhile.
 * Safe for use by many threads.
 */
public final class LiveDisk implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Path file;
    private final Child daemon;
    private final Qmp qmp;
    private final Runnable onClose;
    private final AtomicBoolean closed = new AtomicBoolean();

    LiveDisk(Path folder, String name, Layer top, boolean writable, Runnable onClose) throws IOException {
        this.onClose = onClose;
        file = Files.createFile(folder.resolve(name + ".raw"));
        Path socket = folder.resolve(name + ".qmp");
        Map<String, Object> node = new HashMap<>(top.node());
        node.put("read-only", !writable);
        daemon = new Child(
                "TERM",
                folder.resolve(name + ".log"),
                List.of(
                        "qemu-storage-daemon",
                        "--chardev",
                        "socket,id=qmp,path=" + socket + ",server=on,wait=off",
                        "--monitor",
                        "chardev=qmp",
                        "--blockdev",
                        JSON.writeValueAsString(node)));
        try {
            qmp = connect(socket, daemon);
        } catch (IOException | RuntimeException e) {
            daemon.close();
            Files.deleteIfExists(file);
            throw e;
        }
        try {
            qmp.call(
                    "block-export-add",
                    Map.of(
                            "type",
                            "fuse",
                            "id",
                            "raw",
                            "node-name",
                            top.name,
                            "mountpoint",
                            file.toString(),
                            "writable",
                            writable));
        } catch (IOException | RuntimeException e) {
            qmp.close();
            daemon.close();
            Files.deleteIfExists(file);
            throw e;
        }
    }

    private static Qmp connect(Path socket, Child daemon) throws IOException {
        Qmp[] connected = new Qmp[1];
        Await.until(
                PATIENCE,
                () -> {
                    try {
                        connected[0] = Files.exists(socket) ? new Qmp(socket) : null;
                    } catch (ConnectException e) {
                        // The socket is there a moment before somebody listens on it.
                        connected[0] = null;
                    }
                    return connected[0] != null;
                },
                daemon);
        return connected[0];
    }

    /** The raw content. It can be read, and written when the disk was opened for that, until {@link #close}. */
    public Path path() {
        return file;
    }

    /** From now on writes go to {@code overlay}, an empty layer on {@code top}. */
    void snapshot(Layer top, Layer overlay) throws IOException {
        qmp.call("blockdev-add", overlay.alone());
        qmp.call("blockdev-snapshot", Map.of("node", top.name, "overlay", overlay.name));
    }

    /** Puts everything away; a loop device on the file must be gone by then. Further calls do nothing. */
    @Override
    public void close() throws IOException {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            qmp.close();
        } finally {
            daemon.close();
            remove();
            onClose.run();
        }
    }

    private void remove() throws IOException {
        try {
            Files.deleteIfExists(file);
        } catch (FileSystemException e) {
            // A daemon that had to be killed leaves its mount behind, and that comes before the file.
            Tool.run("fusermount3", "-u", "-z", file.toString());
            Files.deleteIfExists(file);
        }
    }
}
