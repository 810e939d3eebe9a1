package io.doppel.disks.internal;

import io.doppel.spi.disk.ByteRange;
import java.util.ArrayList;
import java.util.List;

/** Collects ascending ranges and joins those that touch. */
final class RangeCollector {
    private final List<ByteRange> ranges = new ArrayList<>();
    private long start;
    private long end;

    void add(long from, long to) {
        if (from >= to) {
            return;
        }
        if (from == end && end > start) {
            end = to;
            return;
        }
        close();
        start = from;
        end = to;
    }

    List<ByteRange> ranges() {
        close();
        start = end;
        return List.copyOf(ranges);
    }

    private void close() {
        if (end > start) {
            ranges.add(new ByteRange(start, end - start));
        }
    }
}
