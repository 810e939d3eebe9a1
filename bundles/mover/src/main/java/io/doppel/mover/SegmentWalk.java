package io.doppel.mover;

import io.doppel.vault.chunk.Layout;
import java.util.List;
import java.util.Optional;

/** Gives all segments of a disk in turn. Not for several threads at once. */
final class SegmentWalk {
    private final long size;
    private long position;

    SegmentWalk(long size) {
        this.size = size;
    }

    Optional<Segment> next() {
        if (position >= size) {
            return Optional.empty();
        }
        long start = position;
        position = Math.min(start + Layout.SEGMENT, size);
        return Optional.of(new Segment(start, position, List.of()));
    }
}
