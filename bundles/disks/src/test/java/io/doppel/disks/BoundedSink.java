package io.doppel.disks;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** For disks too large to collect; insists that everything told is inside the disk. */
record BoundedSink(long size) implements DiskSink {
    @Override
    public void data(long offset, byte[] buffer, int from, int length) {
        absent(offset, length);
    }

    @Override
    public void absent(long offset, long length) {
        assertTrue(offset >= 0 && length > 0 && offset <= size - length, () -> offset + "+" + length + " of " + size);
    }

    @Override
    public void end() {}
}
