package io.doppel.hypervisor.xen.internal;

import io.doppel.spi.disk.ByteRange;
import java.util.ArrayList;
import java.util.List;

/** Bitmaps of changed blocks as XAPI gives them: one bit for 64 KiB, the first block in a byte's highest bit. */
final class ChangedBlocks {
    static final int BLOCK = 64 << 10;

    private ChangedBlocks() {}

    /**
     * The ranges that changed, ascending and merged; the last one ends with the disk.
     *
     * @throws IllegalArgumentException if the bitmap is too short for the disk
     */
    static List<ByteRange> ranges(byte[] bitmap, long size) {
        long blocks = (size + BLOCK - 1) / BLOCK;
        if (bitmap.length < (blocks + 7) / 8) {
            throw new IllegalArgumentException(
                    "the list of changed blocks has " + bitmap.length + " bytes for a disk of " + size);
        }
        List<ByteRange> ranges = new ArrayList<>();
        long start = -1;
        for (long block = 0; block <= blocks; block++) {
            boolean changed = block < blocks && (bitmap[(int) (block / 8)] & (0x80 >> (block % 8))) != 0;
            if (changed && start < 0) {
                start = block;
            } else if (!changed && start >= 0) {
                ranges.add(new ByteRange(start * BLOCK, Math.min(block * BLOCK, size) - start * BLOCK));
                start = -1;
            }
        }
        return ranges;
    }
}
