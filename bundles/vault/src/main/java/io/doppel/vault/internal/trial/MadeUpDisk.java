package io.doppel.vault.internal.trial;

import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import java.util.List;
import java.util.Random;

/** A disk in memory on which pages of noise, pages that compress, and zeros take turns. */
final class MadeUpDisk implements DiskReader {
    private static final int PAGE = 4096;

    private final byte[] content;

    MadeUpDisk(int size) {
        content = new byte[size];
        Random random = new Random(1);
        byte[] noise = new byte[PAGE];
        for (int at = 0; at < size; at += PAGE) {
            int kind = random.nextInt(8);
            if (kind > 0) {
                random.nextBytes(noise);
                for (int i = 0; i < PAGE; i++) {
                    content[at + i] = kind > 2 ? noise[i & noise[i / 64] & 0xFF] : noise[i];
                }
            }
        }
    }

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
