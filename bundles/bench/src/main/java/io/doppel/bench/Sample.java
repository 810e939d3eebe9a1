package io.doppel.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;

/**
 * The bytes that benchmarks work on: chunks from all over the image named by the system property {@code
 * doppel.bench.image}, or else made-up data of random and repetitive pages.
 */
final class Sample {
    /** Bytes of a page. */
    static final int PAGE = 4096;

    /** Bytes of the chunks that stages are measured with. */
    static final int CHUNK = 128 << 10;

    private static final int MAX_PROBES = 100_000;
    private static final byte[] ZEROS = new byte[PAGE];

    private Sample() {}

    /** Returns {@code size} bytes, a multiple of a chunk. */
    static byte[] bytes(int size) {
        String image = System.getProperty("doppel.bench.image");
        return image == null ? madeUp(size) : chunksOf(Path.of(image), size);
    }

    private static byte[] madeUp(int size) {
        Random random = new Random(42);
        byte[] data = new byte[size];
        byte[] page = new byte[PAGE];
        for (int at = 0; at < size; at += PAGE) {
            random.nextBytes(page);
            if (random.nextInt(100) < 65) {
                byte[] words = "link load user error 0000 doppel state value next free page count\n"
                        .getBytes(StandardCharsets.US_ASCII);
                for (int i = 0; i < PAGE; i++) {
                    page[i] = words[(i + (page[i / 32] & 63)) % words.length];
                }
            }
            System.arraycopy(page, 0, data, at, PAGE);
        }
        return data;
    }

    private static byte[] chunksOf(Path image, int size) {
        byte[] data = new byte[size];
        Random random = new Random(42);
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        int filled = 0;
        try (FileChannel channel = FileChannel.open(image, StandardOpenOption.READ)) {
            long chunks = channel.size() / CHUNK;
            for (int probe = 0; filled < size; probe++) {
                if (probe == MAX_PROBES) {
                    throw new IllegalArgumentException(image + " holds too little data");
                }
                long at = random.nextLong(chunks) * CHUNK;
                chunk.clear();
                while (chunk.hasRemaining() && channel.read(chunk, at + chunk.position()) > 0) {
                    // A read may give less than was asked for.
                }
                if (allPagesUsed(chunk.array())) {
                    System.arraycopy(chunk.array(), 0, data, filled, CHUNK);
                    filled += CHUNK;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return data;
    }

    private static boolean allPagesUsed(byte[] chunk) {
        for (int at = 0; at < chunk.length; at += PAGE) {
            if (Arrays.mismatch(chunk, at, at + PAGE, ZEROS, 0, PAGE) < 0) {
                return false;
            }
        }
        return true;
    }
}
