package io.doppel.example.machines.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import java.nio.ByteBuffer;
import java.util.List;

/** A disk whose bytes follow from a seed and their place; the first half of every MiB is zeros. */
final class ComputedDisk implements DiskReader {
    private static final int MIB = 1 << 20;

    private final long seed;
    private final long size;
    private final long bytesPerSecond;
    private long freeAt = System.nanoTime();

    ComputedDisk(long seed, long size, long bytesPerSecond) {
        this.seed = seed;
        this.size = size;
        this.bytesPerSecond = bytesPerSecond;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void read(long offset, byte[] buffer, int from, int length) throws DoppelException {
        if (offset < 0 || length < 0 || offset > size - length) {
            throw new IndexOutOfBoundsException("read at " + offset + "+" + length + " of " + size);
        }
        pace(length);
        byte[] word = new byte[Long.BYTES];
        for (int i = 0; i < length; i++) {
            long at = offset + i;
            if (i == 0 || at % Long.BYTES == 0) {
                ByteBuffer.wrap(word).putLong(word(at / Long.BYTES));
            }
            buffer[from + i] = at % MIB < MIB / 2 ? 0 : word[(int) (at % Long.BYTES)];
        }
    }

    private long word(long number) {
        long z = (number + seed) * 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        return z ^ z >>> 27;
    }

    private void pace(int length) throws DoppelException {
        if (bytesPerSecond == 0) {
            return;
        }
        long mine;
        synchronized (this) {
            mine = Math.max(freeAt, System.nanoTime());
            freeAt = mine + length * 1_000_000_000L / bytesPerSecond;
        }
        try {
            Thread.sleep(Math.max(0, (mine - System.nanoTime()) / 1_000_000));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DoppelException(CommonError.CANCELLED, "Reading was interrupted", e);
        }
    }

    @Override
    public List<ByteRange> allocated(ByteRange range) {
        long end = Math.min(range.end(), size);
        return end > range.offset() ? List.of(new ByteRange(range.offset(), end - range.offset())) : List.of();
    }

    @Override
    public void close() {
        // nothing is open
    }
}
