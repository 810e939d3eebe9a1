package io.doppel.vault.chunk;

import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import java.util.List;
import java.util.Random;

/** A disk in memory that starts at an offset and can tell which bytes were read. */
public final class TestDisk implements DiskReader {
    final byte[] content;
    long bytesRead;

    /** With that content. */
    public TestDisk(byte[] content) {
        this.content = content;
    }

    /** Pages of random bytes, repeated text and zeros, with runs of zeros around the length that ends chunks. */
    public static byte[] pages(Random random, int pages, int tail) {
        byte[] all = new byte[pages * Layout.PAGE + tail];
        int page = 0;
        while (page < pages) {
            int run = 1 + random.nextInt(random.nextInt(4) == 0 ? 150 : 12);
            int kind = random.nextInt(3);
            for (int i = 0; i < run && page < pages; i++, page++) {
                fill(all, page, kind, random);
            }
        }
        if (tail > 0 && random.nextBoolean()) {
            all[all.length - 1] = 1;
        }
        return all;
    }

    public static void fill(byte[] all, int page, int kind, Random random) {
        byte[] bytes = new byte[Layout.PAGE];
        if (kind == 1) {
            random.nextBytes(bytes);
        } else if (kind == 2) {
            bytes[random.nextInt(Layout.PAGE)] = (byte) (1 + random.nextInt(3));
        }
        System.arraycopy(bytes, 0, all, page * Layout.PAGE, Layout.PAGE);
    }

    @Override
    public long size() {
        return content.length;
    }

    @Override
    public void read(long offset, byte[] buffer, int from, int length) {
        System.arraycopy(content, (int) offset, buffer, from, length);
        bytesRead += length;
    }

    @Override
    public List<ByteRange> allocated(ByteRange range) {
        return List.of(range);
    }

    @Override
    public void close() {}
}
