package io.doppel.vault.internal.tree;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.chunk.Entry;
import io.doppel.vault.chunk.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Makes the tree of one disk from its segments, in any order and from several threads. Segments that are not given are taken from
 * the base, or are holes if there is none. Keeps the leaf ids of windows above the frontier, and one id for each GiB below it.
 */
public final class TreeBuilder {
    private static final byte[] EMPTY = new byte[0];

    private final NodeStore store;
    private final TreeReader base;
    private final long size;
    private final TreeMap<Long, byte[]> leaves = new TreeMap<>();
    private final TreeMap<Long, byte[]> nodes = new TreeMap<>();

    /**
     * A builder.
     *
     * @param base tree of a disk of the same size, or null
     */
    public TreeBuilder(NodeStore store, TreeReader base, long size) {
        if (base != null && base.size() != size) {
            throw new IllegalArgumentException("base of another size");
        }
        this.store = store;
        this.base = base;
        this.size = size;
    }

    /** Takes all entries of a segment, ascending and without gaps, adjacent holes joined. */
    public void segment(long segmentStart, List<Entry> entries) throws DoppelException {
        long end = Math.min(segmentStart + Layout.SEGMENT, size);
        int next = 0;
        for (long w = segmentStart; w < end; w += Layout.WINDOW) {
            long windowEnd = Math.min(w + Layout.WINDOW, end);
            List<Entry> touching = new ArrayList<>();
            while (next < entries.size() && entries.get(next).offset() < windowEnd) {
                touching.add(entries.get(next));
                next++;
            }
            if (entries.get(next - 1).end() > windowEnd) {
                next--;
            }
            byte[] bytes = NodeCodec.leaf(w, touching, size);
            byte[] id = bytes == null ? EMPTY : store.store(bytes);
            synchronized (this) {
                leaves.put(w / Layout.WINDOW, id);
            }
        }
    }

    /** Says that no segment below this offset will be given any more, so that their ids can be packed into nodes. */
    public void frontier(long offset) throws DoppelException {
        fold(offset / (Layout.WINDOW * NodeCodec.FAN_OUT));
    }

    /** Packs the leaves of the nodes below a node number. */
    private void fold(long beforeNode) throws DoppelException {
        if (NodeCodec.rootLevel(size) == 0) {
            return;
        }
        while (true) {
            Map<Long, byte[]> part;
            long node;
            synchronized (this) {
                if (leaves.isEmpty() || leaves.firstKey() / NodeCodec.FAN_OUT >= beforeNode) {
                    return;
                }
                node = leaves.firstKey() / NodeCodec.FAN_OUT;
                Map<Long, byte[]> view = leaves.headMap((node + 1) * NodeCodec.FAN_OUT);
                part = new TreeMap<>(view);
                view.clear();
            }
            byte[] id = replace(1, node, part);
            synchronized (this) {
                nodes.put(node, id);
            }
        }
    }

    /** Makes the rest of the tree; returns the id of its root, or null if the disk is empty. */
    public byte[] finish() throws DoppelException {
        int rootLevel = NodeCodec.rootLevel(size);
        if (rootLevel == 0) {
            byte[] only = leaves.isEmpty() ? baseRoot() : leaves.firstEntry().getValue();
            return only == EMPTY ? null : only;
        }
        fold(Long.MAX_VALUE);
        TreeMap<Long, byte[]> level = nodes;
        for (int l = 2; l <= rootLevel; l++) {
            TreeMap<Long, byte[]> above = new TreeMap<>();
            while (!level.isEmpty()) {
                long node = level.firstKey() / NodeCodec.FAN_OUT;
                Map<Long, byte[]> view = level.headMap((node + 1) * NodeCodec.FAN_OUT);
                above.put(node, replace(l, node, view));
                view.clear();
            }
            level = above;
        }
        byte[] root = level.isEmpty() ? baseRoot() : level.firstEntry().getValue();
        return root == EMPTY ? null : root;
    }

    private byte[] baseRoot() {
        return base == null || base.root() == null ? EMPTY : base.root();
    }

    /** The node with some children replaced. */
    private byte[] replace(int level, long index, Map<Long, byte[]> changed) throws DoppelException {
        int count = NodeCodec.childrenOf(level, index, size);
        // where all children are given anew, the base's node may be one that cannot be read
        byte[][] children = base == null || changed.size() == count ? new byte[count][] : base.childrenAt(level, index);
        changed.forEach((i, id) -> children[(int) (i - index * NodeCodec.FAN_OUT)] = id == EMPTY ? null : id);
        byte[] bytes = NodeCodec.node(children);
        return bytes == null ? EMPTY : store.store(bytes);
    }
}
