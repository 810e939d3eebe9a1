package io.doppel.vault.chunk;

import io.doppel.spi.disk.ByteRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Lists of byte ranges that are ascending, disjoint and do not touch. */
public final class Ranges {
    private Ranges() {}

    /**
     * Adds a range behind those that are there, or makes the last one longer if it touches it; nothing if it is empty.
     *
     * @param from not before the start of the last range
     */
    public static void append(List<ByteRange> ranges, long from, long to) {
        if (to <= from) {
            return;
        }
        ByteRange last = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
        if (last != null && last.end() >= from) {
            long end = Math.max(last.end(), to);
            ranges.set(ranges.size() - 1, new ByteRange(last.offset(), end - last.offset()));
        } else {
            ranges.add(new ByteRange(from, to - from));
        }
    }

    /** What is in one or the other; they may be in any order. */
    public static List<ByteRange> union(List<ByteRange> some, List<ByteRange> others) {
        List<ByteRange> sorted = new ArrayList<>(some);
        sorted.addAll(others);
        sorted.sort(Comparator.comparingLong(ByteRange::offset));
        List<ByteRange> all = new ArrayList<>();
        sorted.forEach(r -> append(all, r.offset(), r.end()));
        return all;
    }

    /** Whether all bytes from {@code from} to before {@code to} are in one of the ranges. */
    public static boolean cover(List<ByteRange> ranges, long from, long to) {
        int low = 0;
        int high = ranges.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ranges.get(middle).offset() <= from) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low > 0 && ranges.get(low - 1).end() >= to;
    }

    /** Whether any byte from {@code from} to before {@code to} is in one of the ranges. */
    public static boolean touch(List<ByteRange> ranges, long from, long to) {
        return ranges.stream().anyMatch(r -> r.offset() < to && r.end() > from);
    }

    /** How many bytes they have. */
    public static long bytes(List<ByteRange> ranges) {
        return ranges.stream().mapToLong(ByteRange::length).sum();
    }
}
