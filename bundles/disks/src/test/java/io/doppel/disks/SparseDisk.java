package io.doppel.disks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import java.util.ArrayList;
import java.util.List;

/** A disk of any size with a little data at even distances, made up as it is read. */
final class SparseDisk implements DiskReader {
    private static final int PART = 4096;

    private final long size;
    private final long distance;

    /** Nothing but zeros. */
    SparseDisk(long size) {
        this(size, 0);
    }

    /** So many parts of 4 KiB that hold data. */
    SparseDisk(long size, int parts) {
        this.size = size;
        this.distance = parts == 0 ? Long.MAX_VALUE : size / parts / PART * PART;
    }

    private byte at(long offset) {
        boolean data = distance != Long.MAX_VALUE && offset % distance < PART;
        return data ? (byte) (1 + (offset / distance + offset) % 200) : 0;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void read(long offset, byte[] buffer, int from, int length) {
        for (int i = 0; i < length; i++) {
            buffer[from + i] = at(offset + i);
        }
    }

    @Override
    public List<ByteRange> allocated(ByteRange range) {
        List<ByteRange> found = new ArrayList<>();
        long end = Math.min(range.end(), size);
        if (distance != Long.MAX_VALUE) {
            for (long part = range.offset() / distance * distance; part < end; part += distance) {
                long from = Math.max(part, range.offset());
                long to = Math.min(part + PART, end);
                if (from < to) {
                    found.add(new ByteRange(from, to - from));
                }
            }
        }
        return found;
    }

    @Override
    public int parallelism() {
        return 2;
    }

    @Override
    public void close() {}

    /** Compares what comes with what this disk holds. */
    final class Check implements DiskSink {
        private long told;
        private boolean ended;

        @Override
        public void data(long offset, byte[] buffer, int from, int length) {
            for (int i = 0; i < length; i++) {
                if (buffer[from + i] != at(offset + i)) {
                    throw new AssertionError("differs at " + (offset + i));
                }
            }
            told += length;
        }

        @Override
        public void absent(long offset, long length) {
            assertTrue(allocated(new ByteRange(offset, length)).isEmpty(), () -> "left out: " + offset);
            told += length;
        }

        @Override
        public void end() {
            ended = true;
        }

        void assertWhole() {
            assertTrue(ended, "not ended");
            assertEquals(size, told);
        }
    }
}
