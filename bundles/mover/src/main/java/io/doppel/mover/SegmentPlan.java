package io.doppel.mover;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import io.doppel.vault.chunk.Layout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Finds the segments of a disk that hold data, or that hold changes, a GiB at a time. Used by one thread at a time. */
final class SegmentPlan {
    private static final long STEP = 16 * Layout.SEGMENT;

    private final DiskReader source;
    private final List<ByteRange> changes;
    private final Deque<Segment> ready = new ArrayDeque<>();
    private long position;
    private int nextChange;

    /**
     * A plan.
     *
     * @param changes ascending; null to look for data
     */
    SegmentPlan(DiskReader source, List<ByteRange> changes) {
        this.source = source;
        this.changes = changes;
    }

    /** The next segment that has something in it. */
    Optional<Segment> next() throws DoppelException {
        while (ready.isEmpty() && position < source.size()) {
            long end = Math.min(position + STEP, source.size());
            group(
                    changes == null ? source.allocated(new ByteRange(position, end - position)) : changesBefore(end),
                    end);
            position = end;
        }
        return Optional.ofNullable(ready.poll());
    }

    /** Offset below which no segment is given any more, but for those given already. */
    long frontier() {
        return ready.isEmpty() ? position : ready.peek().start();
    }

    private List<ByteRange> changesBefore(long end) {
        List<ByteRange> found = new ArrayList<>();
        while (nextChange < changes.size() && changes.get(nextChange).end() <= position) {
            nextChange++;
        }
        for (int i = nextChange; i < changes.size() && changes.get(i).offset() < end; i++) {
            found.add(changes.get(i));
        }
        return found;
    }

    private void group(List<ByteRange> ranges, long stepEnd) {
        int first = 0;
        for (long s = position; s < stepEnd; s += Layout.SEGMENT) {
            long end = Math.min(s + Layout.SEGMENT, stepEnd);
            while (first < ranges.size() && ranges.get(first).end() <= s) {
                first++;
            }
            List<ByteRange> inside = new ArrayList<>();
            for (int i = first; i < ranges.size() && ranges.get(i).offset() < end; i++) {
                long from = Math.max(s, ranges.get(i).offset());
                long to = Math.min(end, ranges.get(i).end());
                if (to > from) {
                    inside.add(new ByteRange(from, to - from));
                }
            }
            if (!inside.isEmpty()) {
                ready.add(new Segment(s, end, inside));
            }
        }
    }
}
