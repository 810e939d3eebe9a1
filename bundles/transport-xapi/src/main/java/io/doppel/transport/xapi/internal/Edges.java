package io.doppel.transport.xapi.internal;

import java.util.Arrays;
import java.util.BitSet;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Blocks of which only a part was written so far: hosts take whole sectors only, and of 4 KiB where the disk has such. Used
 * by one thread at a time. Memory: 4.6 KiB for each block, of which the owner keeps at most {@link #MOST}.
 */
final class Edges {
    /** Size of a block; the last one of a disk may be shorter. */
    static final int BLOCK = 4096;

    /** When there are more, they must be brought away. */
    static final int MOST = 4096;

    private final NavigableMap<Long, Edge> edges = new TreeMap<>();

    /** A block in part. */
    static final class Edge {
        private final byte[] bytes = new byte[BLOCK];
        private final BitSet written = new BitSet(BLOCK);

        /** Its bytes; zeros where nothing was written. */
        byte[] bytes() {
            return bytes;
        }

        void write(int at, byte[] buffer, int from, int length) {
            System.arraycopy(buffer, from, bytes, at, length);
            written.set(at, at + length);
        }

        void zero(int at, int length) {
            Arrays.fill(bytes, at, at + length, (byte) 0);
            written.set(at, at + length);
        }

        boolean isFull(int length) {
            return written.nextClearBit(0) >= length;
        }

        /** Takes what was not written from the block's former content. */
        void fill(byte[] former, int length) {
            for (int at = written.nextClearBit(0); at < length; at = written.nextClearBit(at + 1)) {
                bytes[at] = former[at];
            }
        }
    }

    /** The block's part, made if there is none. */
    Edge at(long block) {
        return edges.computeIfAbsent(block, b -> new Edge());
    }

    boolean has(long block) {
        return edges.containsKey(block);
    }

    void remove(long block) {
        edges.remove(block);
    }

    /** Forgets the parts of the blocks {@code [first, behind)}, which are written as wholes. */
    void removeAll(long first, long behind) {
        edges.subMap(first, behind).clear();
    }

    int size() {
        return edges.size();
    }

    /** All of them, ascending. */
    NavigableMap<Long, Edge> all() {
        return edges;
    }
}
