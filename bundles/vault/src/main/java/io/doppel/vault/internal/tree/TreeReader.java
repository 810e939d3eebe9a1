package io.doppel.vault.internal.tree;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultError;
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

    /** Told of what hangs on a node of which no copy proves right. */
    @FunctionalInterface
    public interface Unreadable {
        /**
         * The bytes from {@code from} to before {@code to}: all from the end of the last chunk that is known before the node to the start
         * of the first entry that is known behind it.
         *
         * @throws DoppelException {@code why}, if the walk shall end with it
         */
        void range(long from, long to, DoppelException why) throws DoppelException;
    }

    private static final Unreadable FAILS = (from, to, why) -> {
        throw why;
    };

    /** All entries of a segment, without gaps, adjacent holes joined. */
    public List<Entry> segment(long segmentStart) throws DoppelException {
        return segment(segmentStart, FAILS);
    }

    /** All entries of a segment, without gaps, adjacent holes joined; what is unreadable, and passed over, looks like a hole. */
    public List<Entry> segment(long segmentStart, Unreadable unreadable) throws DoppelException {
        List<Entry> all = new ArrayList<>();
        long end = Math.min(segmentStart + Layout.SEGMENT, size);
        long[] at = {segmentStart};
        chunks(
                segmentStart,
                end,
                e -> {
                    addHole(all, at[0], e.offset());
                    all.add(e);
                    at[0] = e.end();
                },
                unreadable);
        addHole(all, at[0], end);
        return all;
    }

    private static void addHole(List<Entry> all, long from, long to) {
        if (from < to) {
            all.add(Entry.hole(from, to - from));
        }
    }

    /** Tells every chunk that touches the range, ascending; holes are what lies between. */
    public void chunks(long from, long to, Visitor visitor) throws DoppelException {
        chunks(from, to, visitor, FAILS);
    }

    /** Tells every chunk that touches the range, and what of it cannot be known, ascending; holes are what lies between. */
    public void chunks(long from, long to, Visitor visitor, Unreadable unreadable) throws DoppelException {
        long last = Math.min(to, size);
        if (root != null && from < last) {
            new Walk(from, last, visitor, unreadable).run();
        }
    }

    /** One walk over a range; empty subtrees are passed over at once. */
    private final class Walk {
        private final long from;
        private final long to;
        private final Visitor visitor;
        private final Unreadable unreadable;
        /** Where the first node that may matter starts, at the earliest: a chunk may start in the window before. */
        private final long first;
        /** End of the last chunk that was met. */
        private long knownTo;
        /** Start of what cannot be known; its end is where the next entry starts. */
        private long lostFrom;
        /** Why it cannot be known; null if nothing is lost at the moment. */
        private DoppelException lost;

        Walk(long from, long to, Visitor visitor, Unreadable unreadable) {
            this.from = from;
            this.to = to;
            this.visitor = visitor;
            this.unreadable = unreadable;
            this.first = Math.max(Layout.segmentStart(from), from - from % Layout.WINDOW - Layout.WINDOW);
        }

        void run() throws DoppelException {
            node(rootLevel, 0, root);
            known(to);
        }

        private void node(int level, long index, byte[] id) throws DoppelException {
            long start = index * span(level);
            if (level == 0) {
                leaf(start, id);
                return;
            }
            byte[][] children;
            try {
                children = children(level, index, id);
            } catch (DoppelException e) {
                lose(start, e);
                return;
            }
            long childSpan = span(level - 1);
            for (int i = 0; i < children.length; i++) {
                long child = index * NodeCodec.FAN_OUT + i;
                long childStart = child * childSpan;
                if (childStart >= to || childStart + childSpan <= first) {
                    continue;
                }
                if (children[i] == null) {
                    known(childStart);
                } else {
                    node(level - 1, child, children[i]);
                }
            }
        }

        private void leaf(long start, byte[] id) throws DoppelException {
            List<Entry> entries;
            try {
                entries = NodeCodec.parseLeaf(nodes.node(id), start, size);
            } catch (DoppelException e) {
                lose(start, e);
                return;
            }
            known(entries.isEmpty() ? start + Layout.WINDOW : entries.get(0).offset());
            for (Entry e : entries) {
                if (!e.isHole()) {
                    knownTo = e.end();
                    if (e.end() > from && e.offset() < to) {
                        visitor.entry(e);
                    }
                }
            }
        }

        private void lose(long start, DoppelException why) throws DoppelException {
            if (!why.is(VaultError.DAMAGED_DATA)) {
                throw why;
            }
            if (lost == null) {
                lost = why;
                lostFrom = Math.max(start, knownTo);
            }
        }

        /** At this offset it is known again what is there. */
        private void known(long at) throws DoppelException {
            if (lost != null) {
                DoppelException why = lost;
                lost = null;
                long start = Math.max(from, lostFrom);
                long end = Math.min(to, at);
                if (start < end) {
                    unreadable.range(start, end, why);
                }
            }
        }
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
