package io.doppel.bench.storm;

import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** The contents that the disk of a storm may have, made from a seed; each differs from the one before in one run of bytes. */
public final class Contents {
    private static final int COUNT = 8;
    private static final int SIZE = 600_000;
    private static final int PAGE = 4096;

    private final List<byte[]> all = new ArrayList<>();

    /** Makes them. */
    public Contents(long seed) {
        Random random = new Random(seed);
        byte[] content = new byte[SIZE];
        for (int at = 0; at + PAGE <= SIZE; at += PAGE) {
            if (random.nextInt(4) > 0) {
                fill(content, at, PAGE, random);
            }
        }
        for (int i = 0; i < COUNT; i++) {
            all.add(content);
            content = content.clone();
            int length = 50_000 + random.nextInt(200_000);
            fill(content, random.nextInt(SIZE - length), length, random);
        }
    }

    private static void fill(byte[] content, int at, int length, Random random) {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        System.arraycopy(noise, 0, content, at, length);
    }

    /** Any of them. */
    int any(Random random) {
        return random.nextInt(COUNT);
    }

    /** Whether the bytes are those of that number. */
    boolean is(int number, byte[] bytes) {
        return number >= 0 && number < COUNT && Arrays.equals(all.get(number), bytes);
    }

    /** A disk with that content. */
    DiskReader disk(int number) {
        return new MemoryDisk(all.get(number));
    }

    /** The pages in which they differ. */
    List<ByteRange> changes(int from, int to) {
        List<ByteRange> changes = new ArrayList<>();
        for (int at = 0; at < SIZE; at += PAGE) {
            int end = Math.min(at + PAGE, SIZE);
            if (!Arrays.equals(all.get(from), at, end, all.get(to), at, end)) {
                changes.add(new ByteRange(at, end - at));
            }
        }
        return changes;
    }

    private record MemoryDisk(byte[] content) implements DiskReader {
        @Override
        public long size() {
            return content.length;
        }

        @Override
        public void read(long offset, byte[] buffer, int from, int length) {
            System.arraycopy(content, (int) offset, buffer, from, length);
        }

        @Override
        public List<ByteRange> allocated(ByteRange range) {
            return List.of(range);
        }

        @Override
        public void close() {}
    }
}
