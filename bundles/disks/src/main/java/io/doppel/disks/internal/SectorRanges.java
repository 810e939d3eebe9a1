package io.doppel.disks.internal;

import io.doppel.spi.disk.ByteRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Ranges of a disk brought into order: ascending, disjoint, merged, on sector boundaries, inside the disk. */
final class SectorRanges {
    private static final int SECTOR = VhdHeader.SECTOR;

    private SectorRanges() {}

    /**
     * @param ranges any
     * @param size bytes of the disk, a multiple of a sector
     */
    static List<ByteRange> of(List<ByteRange> ranges, long size) {
        List<ByteRange> sorted = new ArrayList<>(ranges);
        sorted.sort(Comparator.comparingLong(ByteRange::offset));
        List<ByteRange> merged = new ArrayList<>();
        long start = 0;
        long end = 0;
        for (ByteRange range : sorted) {
            long from = range.offset() / SECTOR * SECTOR;
            long to = Math.min(size, range.end() > size ? size : (range.end() + SECTOR - 1) / SECTOR * SECTOR);
            if (range.length() == 0 || from >= to) {
                continue;
            }
            if (from > end) {
                add(merged, start, end);
                start = from;
                end = to;
            } else {
                end = Math.max(end, to);
            }
        }
        add(merged, start, end);
        return merged;
    }

    private static void add(List<ByteRange> merged, long start, long end) {
        if (end > start) {
            merged.add(new ByteRange(start, end - start));
        }
    }
}
