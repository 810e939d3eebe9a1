package io.doppel.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The power-cut layer of {@code bundles/bench/powercut}: a disk that loses what nobody synced when its power is cut. For tests of
 * this project's own modules, whose working folder is beside {@code bench}; needs fuse3 and python3-fusepy. For one thread.
 */
public final class PowerCutDisk implements AutoCloseable {
    private static final long SECONDS = 60;
    private static final Pattern ACKNOWLEDGED = Pattern.compile("\"acknowledged\": (\\d+)");

    private final Path mountPoint;
    private final Path control;
    private final Process layer;

    /**
     * Mounts the disk as it is after what was there before.
     *
     * @param store what it is made of
     * @param options as the layer's README has them
     */
    public PowerCutDisk(Path mountPoint, Path store, List<String> options) throws IOException, InterruptedException {
        this.mountPoint = Files.createDirectories(mountPoint);
        Files.createDirectories(store.resolve("tree"));
        control = mountPoint.resolve(".power-cut");
        List<String> command = new ArrayList<>(List.of(
                // Debian's Python, because python3-fusepy is installed for that one.
                "/usr/bin/python3", "../bench/powercut/powercut.py", mountPoint.toString(), store.toString()));
        command.addAll(options);
        layer = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(store.resolveSibling("power-cut.log").toFile())
                .start();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!Files.exists(control)) {
            if (!layer.isAlive() || System.nanoTime() > end) {
                layer.destroyForcibly();
                throw new IOException("The power-cut layer did not mount");
            }
            Thread.sleep(10);
        }
    }

    /** How many syncs it acknowledged. */
    public int acknowledged() throws IOException {
        String status = Files.readString(control);
        Matcher matcher = ACKNOWLEDGED.matcher(status);
        if (!matcher.find()) {
            throw new IOException(status);
        }
        return Integer.parseInt(matcher.group(1));
    }

    /** Cuts the power after so many more acknowledgements, or now for 0. Once it is cut, further cuts change nothing. */
    public void cut(int more) throws IOException {
        Files.writeString(control, "cut " + more);
    }

    /** Unmounts it: all that was not cut off stays. */
    @Override
    public void close() throws IOException, InterruptedException {
        try {
            unmount("-u");
            if (!layer.waitFor(SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("The power-cut layer does not end");
            }
        } finally {
            if (layer.isAlive()) {
                // Nothing of it may outlive the test, whatever is open on it.
                layer.destroyForcibly().waitFor();
                unmount("-uz");
            }
        }
    }

    private void unmount(String how) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("fusermount3", how, mountPoint.toString())
                .inheritIO()
                .start();
        boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly();
        if (!ended || process.exitValue() != 0) {
            throw new IOException("The power-cut layer is not unmounted by fusermount3 " + how);
        }
    }
}
