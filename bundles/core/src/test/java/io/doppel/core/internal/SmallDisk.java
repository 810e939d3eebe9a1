package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A file system of its own with few MiB (a tmpfs; needs root), that can be filled to its last byte and made read-only. */
public final class SmallDisk implements AutoCloseable {
    private static final int PIECE = 1 << 16;

    private final Path folder;

    /** Mounts it on a new folder below {@code parent}. */
    public SmallDisk(Path parent, int mib) throws Exception {
        folder = Files.createTempDirectory(parent, "disk");
        run("mount", "-t", "tmpfs", "-o", "size=" + mib + "m", "none", folder.toString());
    }

    /** Where it is. */
    public Path folder() {
        return folder;
    }

    /** Takes space with one file until only so much is left. */
    public void fill(long left) throws IOException {
        try (OutputStream out = Files.newOutputStream(folder.resolve("filling"))) {
            while (free() > left) {
                out.write(new byte[(int) Math.min(PIECE, free() - left)]);
                out.flush();
            }
        }
    }

    /** Takes the very last byte. */
    public void fillUp() throws IOException {
        try (OutputStream out = Files.newOutputStream(folder.resolve("filling"))) {
            while (true) {
                out.write(new byte[PIECE]);
            }
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException full) {
            assertTrue(free() < PIECE, "not full: " + full);
        }
    }

    /** Gives back what was filled. */
    public void empty() throws IOException {
        Files.delete(folder.resolve("filling"));
    }

    /** Bytes that are free. */
    public long free() throws IOException {
        return Files.getFileStore(folder).getUsableSpace();
    }

    /** Mounts it again, so that nothing can be written. */
    public void makeReadOnly() throws Exception {
        run("mount", "-o", "remount,ro", folder.toString());
    }

    @Override
    public void close() throws Exception {
        run("umount", "-l", folder.toString());
        Files.delete(folder);
    }

    private static void run(String... command) throws Exception {
        Process process =
                new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), command[0]);
        assertEquals(0, process.exitValue(), said);
    }
}
