package io.doppel.sim.xapi.disk;

import java.io.IOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Which blocks were written between the snapshots of disks whose changes are tracked. A span belongs to a snapshot, or to the
 * disk itself for what came after the last one, and leads to the span that follows it. The owner guards it with a lock.
 */
final class WriteLog {
    private final Map<String, Span> spans = new HashMap<>();

    private static final class Span {
        private final BitSet blocks = new BitSet();
        private Span before;
        private Span after;
    }

    boolean tracks(String disk) {
        return spans.containsKey(disk);
    }

    void start(String disk) {
        spans.putIfAbsent(disk, new Span());
    }

    /** Adds to the running span of a disk; nothing happens for one that is not tracked. */
    void wrote(String disk, BitSet blocks) {
        Span span = spans.get(disk);
        if (span != null) {
            span.blocks.or(blocks);
        }
    }

    /** Ends the running span of a disk at a snapshot; the next one begins. */
    void snapshot(String disk, String snapshot) {
        Span running = spans.get(disk);
        if (running == null) {
            return;
        }
        Span ended = new Span();
        ended.blocks.or(running.blocks);
        running.blocks.clear();
        link(running.before, ended);
        link(ended, running);
        spans.put(snapshot, ended);
    }

    /** Forgets the running span, so that what comes later has nothing in common with what was before. */
    void stop(String disk) {
        Span span = spans.remove(disk);
        if (span != null && span.before != null) {
            span.before.after = null;
        }
    }

    /** Takes a disk or snapshot out; what was written in its span now counts for the next one. */
    void remove(String disk) {
        Span span = spans.remove(disk);
        if (span == null) {
            return;
        }
        if (span.after != null) {
            span.after.blocks.or(span.blocks);
        }
        link(span.before, span.after);
    }

    /** @throws IOException when {@code to} does not follow {@code from} on one line */
    BitSet between(String from, String to) throws IOException {
        Span last = spans.get(to);
        BitSet blocks = new BitSet();
        for (Span span = spans.get(from); last != null && span != null && span.after != null; span = span.after) {
            blocks.or(span.after.blocks);
            if (span.after == last) {
                return blocks;
            }
        }
        throw new IOException("Source and target VDI are unrelated");
    }

    /** As it goes over the wire: bit 7 of byte 0 is block 0, the length is that of {@code count} bits in whole bytes. */
    static byte[] bitmap(BitSet blocks, long count) {
        byte[] bitmap = new byte[Math.toIntExact((count + 7) / 8)];
        blocks.stream().forEach(block -> bitmap[block / 8] |= (byte) (0x80 >> block % 8));
        return bitmap;
    }

    private static void link(Span before, Span after) {
        if (before != null) {
            before.after = after;
        }
        if (after != null) {
            after.before = before;
        }
    }
}
