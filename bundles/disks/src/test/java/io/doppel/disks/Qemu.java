package io.doppel.disks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Makes images with the real tools (Debian: qemu-utils) and content worth comparing. */
final class Qemu {
    private Qemu() {}

    /** Runs a tool that must succeed. */
    static String run(String... command) throws IOException, InterruptedException {
        Result result = attempt(command);
        assertEquals(0, result.status(), () -> String.join(" ", command) + "\n" + result.output());
        return result.output();
    }

    record Result(int status, String output) {}

    static Result attempt(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), String.join(" ", command));
        return new Result(process.exitValue(), output);
    }

    /** A raw file with data, compressible data, written zeros and holes. */
    static Path raw(Path file, long size, long seed) throws IOException {
        Random random = new Random(seed);
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long at = 0;
            while (at < size) {
                int length = (int) Math.min(size - at, 1 + random.nextInt(300_000));
                byte[] part = new byte[length];
                int kind = random.nextInt(4);
                if (kind == 0) {
                    random.nextBytes(part);
                } else if (kind == 1) {
                    for (int i = 0; i < length; i++) {
                        part[i] = (byte) (i / 100);
                    }
                }
                if (kind < 3 || at + length == size) {
                    out.write(ByteBuffer.wrap(part), at);
                }
                at += length;
            }
        }
        return file;
    }

    /** Writes here and there through qemu-io, which leaves the image fragmented. */
    static void scribble(Path image, String format, long size, long seed, String... extra) throws Exception {
        Random random = new Random(seed);
        List<String> command = new ArrayList<>(List.of("qemu-io", "-f", format));
        for (int i = 0; i < 40; i++) {
            long length = 512L * (1 + random.nextInt(200));
            long offset = Math.max(0, (random.nextLong(Math.max(1, size / 512)) * 512) - length);
            length = Math.min(length, (size - offset) / 512 * 512);
            if (length > 0) {
                String word = random.nextInt(4) == 0 ? "write -z " : "write -P " + (1 + random.nextInt(255)) + " ";
                command.add("-c");
                command.add(word + offset + " " + length);
            }
        }
        command.addAll(List.of(extra));
        command.add(image.toString());
        run(command.toArray(String[]::new));
    }
}
