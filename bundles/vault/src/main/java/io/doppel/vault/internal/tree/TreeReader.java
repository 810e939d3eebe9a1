package io.doppel.vault.internal.tree;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.chunk.Entry;
import io.doppel.vault.chunk.Layout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Walks the tree of one disk. Safe for several threads; keeps the children of at most 64 nodes above the leaves (0.6 MiB). */
public final class TreeReader {
    private static final int NODES_KEPT = 64;

    private final NodeSource nodes;
    private final byte[] root;
    private final long size;
    private final int rootLevel;
    private final Map<Long, byte[][]> cache = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, byte[][]> eldest) {
            return size() > NODES_KEPT;
        }
    };

    /**
     * A reader.
     *
     * @param root id of the root, null for an empty disk
     */
    public TreeReader(NodeSource nodes, byte[] root, long size) {
        this.nodes = nodes;
        this.root = root == null ? null : root.clone();
        this.size = size;
        this.rootLevel = NodeCodec.rootLevel(size);
    }

    /** Size of the disk. */
    public long size() {
        return size;
    }

    /** Takes entries in ascending order. */
    @FunctionalInterface
    public interface Visitor {
        /** One entry. */
        void entry(Entry entry) throws DoppelException;
    }

    /** All entries of a segment, without gaps, adjacent holes joined. */
    public List<Entry> segment(long segmentStart) throws DoppelException {
        List<Entry> all = new ArrayList<>();
        long end = Math.min(segmentStart + Layout.SEGMENT, size);
        for (long w = segmentStart; w < end; w += Layout.WINDOW) {
            addWindow(w, all);
        }
        return all;
    }

    /** Tells every chunk that touches the range, ascending; holes are what lies between. */
    public void chunks(long from, long to, Visitor visitor) throws DoppelException {
        long last = Math.min(to, size);
        // a chunk may start in the window before
        long first = Math.max(Layout.segmentStart(from), from - from % Layout.WINDOW - Layout.WINDOW);
        if (root != null && from < last) {
            walk(rootLevel, 0, root, first, from, last, visitor);
        }
    }

    /** Where the first node or chunk at or behind {@code from} may be; empty subtrees are passed over at once. */
    private void walk(int level, long index, byte[] id, long first, long from, long to, Visitor visitor)
            throws DoppelException {
        long span = span(level);
        if (level == 0) {
            for (Entry e : NodeCodec.parseLeaf(nodes.node(id), index * span, size)) {
                if (!e.isHole() && e.end() > from && e.offset() < to) {
                    visitor.entry(e);
                }
            }
            return;
        }
        byte[][] children = children(level, index, id);
        long childSpan = span(level - 1);
        for (int i = 0; i < children.length; i++) {
            long child = index * NodeCodec.FAN_OUT + i;
            long start = child * childSpan;
            if (children[i] != null && start < to && start + childSpan > first) {
                walk(level - 1, child, children[i], first, from, to, visitor);
            }
        }
    }

    private void addWindow(long windowStart, List<Entry> all) throws DoppelException {
        byte[] leaf = leafId(windowStart / Layout.WINDOW);
        if (leaf == null) {
            Entry.addJoined(all, Entry.hole(windowStart, Math.min(Layout.WINDOW, size - windowStart)));
        } else {
            for (Entry e : NodeCodec.parseLeaf(nodes.node(leaf), windowStart, size)) {
                Entry.addJoined(all, e);
            }
        }
    }

    private byte[] leafId(long window) throws DoppelException {
        byte[] id = root;
        for (int level = rootLevel; level > 0 && id != null; level--) {
            long index = window / (span(level) / Layout.WINDOW);
            long child = window / (span(level - 1) / Layout.WINDOW);
            id = children(level, index, id)[(int) (child - index * NodeCodec.FAN_OUT)];
        }
        return id;
    }

    /** The children of a node that is in this tree, or nulls if the node is empty. */
    byte[][] childrenAt(int level, long index) throws DoppelException {
        byte[] id = root;
        for (int l = rootLevel; l > level && id != null; l--) {
            long at = index / pow(l - level);
            long child = index / pow(l - 1 - level);
            id = children(l, at, id)[(int) (child - at * NodeCodec.FAN_OUT)];
        }
        if (id == null) {
            return new byte[NodeCodec.childrenOf(level, index, size)][];
        }
        return children(level, index, id).clone();
    }

    private byte[][] children(int level, long index, byte[] id) throws DoppelException {
        long key = (long) level << 56 | index;
        synchronized (cache) {
            byte[][] known = cache.get(key);
            if (known != null) {
                return known;
            }
        }
        byte[][] children = NodeCodec.parseNode(nodes.node(id), NodeCodec.childrenOf(level, index, size));
        synchronized (cache) {
            cache.put(key, children);
        }
        return children;
    }

    private static long pow(int exponent) {
        long n = 1;
        for (int i = 0; i < exponent; i++) {
            n *= NodeCodec.FAN_OUT;
        }
        return n;
    }

    /** Bytes that a node of a level covers. */
    static long span(int level) {
        return Layout.WINDOW * pow(level);
    }

    /** Id of the root, null for an empty disk. */
    byte[] root() {
        return root;
    }
}
