package io.doppel.transport.nbd.internal;

import java.util.Map;
import java.util.TreeMap;

/** Which parts of a reply came: each byte exactly once, in any order. */
final class Coverage {
    /** No server has a reason to send more pieces that are not in order. */
    private static final int MOST_PIECES = 4096;

    private final int length;
    private int inOrder;
    /** What came beyond, start to end. */
    private TreeMap<Integer, Integer> ahead;

    Coverage(int length) {
        this.length = length;
    }

    /** Notes a part inside the length; false if some of it came before, or there are too many. */
    boolean add(int from, int size) {
        if (from == inOrder && ahead == null) {
            inOrder += size;
            return true;
        }
        if (from < inOrder) {
            return false;
        }
        if (ahead == null) {
            ahead = new TreeMap<>();
        }
        int to = from + size;
        Map.Entry<Integer, Integer> before = ahead.floorEntry(to - 1);
        if (before != null && before.getValue() > from || ahead.size() >= MOST_PIECES) {
            return false;
        }
        ahead.put(from, to);
        while (ahead != null && ahead.firstKey() == inOrder) {
            inOrder = ahead.pollFirstEntry().getValue();
            if (ahead.isEmpty()) {
                ahead = null;
            }
        }
        return true;
    }

    boolean isComplete() {
        return inOrder == length;
    }
}
