package io.doppel.mover;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.DiskWriter;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** A disk in memory, to read and to write. */
class Bytes implements DiskReader, DiskWriter {
    final byte[] content;
    final AtomicLong bytesRead = new AtomicLong();

    Bytes(byte[] content) {
        this.content = content;
    }

    /** Zeros, repeated pages and random pages in runs, the size no multiple of anything. */
    static byte[] made(long seed, int size) {
        Random random = new Random(seed);
        byte[] all = new byte[size];
        byte[] page = new byte[4096];
        for (int at = 0; at + 4096 <= size; ) {
            int kind = size > 32 << 20 && random.nextInt(4) > 0 ? 0 : random.nextInt(3);
            int run = 1 + random.nextInt(60);
            for (int i = 0; i < run && at + 4096 <= size; i++, at += 4096) {
                if (kind == 1) {
                    random.nextBytes(page);
                } else if (kind == 2) {
                    java.util.Arrays.fill(page, (byte) (1 + random.nextInt(3)));
                }
                if (kind != 0) {
                    System.arraycopy(page, 0, all, at, 4096);
                }
            }
        }
        all[size - 1] = 1;
        return all;
    }

    @Override
    public long size() {
        return content.length;
    }

    @Override
    public void read(long offset, byte[] buffer, int from, int length) throws DoppelException {
        System.arraycopy(content, (int) offset, buffer, from, length);
        bytesRead.addAndGet(length);
    }

    @Override
    public List<ByteRange> allocated(ByteRange range) {
        return List.of(range);
    }

    @Override
    public boolean startsZeroed() {
        return true;
    }

    @Override
    public void write(long offset, byte[] buffer, int from, int length) {
        System.arraycopy(buffer, from, content, (int) offset, length);
    }

    @Override
    public void zero(long offset, long length) {
        java.util.Arrays.fill(content, (int) offset, (int) (offset + length), (byte) 0);
    }

    @Override
    public void flush() {}

    @Override
    public int parallelism() {
        return 2;
    }

    @Override
    public void close() {}
}
