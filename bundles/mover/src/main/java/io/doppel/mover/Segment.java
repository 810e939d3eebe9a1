package io.doppel.mover;

import io.doppel.spi.disk.ByteRange;
import java.util.List;

/**
 * A piece of work: a segment of a disk.
 *
 * @param start its first byte
 * @param end behind its last byte
 * @param ranges what to look at in it: data, or changes; empty if the work does not need to know
 */
public record Segment(long start, long end, List<ByteRange> ranges) {
    /** Its bytes. */
    public long length() {
        return end - start;
    }
}
