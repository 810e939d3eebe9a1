package io.doppel.vault.internal.tree;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.spi.disk.ByteRange;
import io.doppel.vault.VaultError;
import io.doppel.vault.chunk.Entry;
import io.doppel.vault.chunk.Ranges;
import java.util.Arrays;
import java.util.List;

/**
 * Walks a tree beside another one of a disk of the same size, and passes over what both have at the same place. Used by one thread; holds a
 * node of each tree for each level.
 */
public final class TreeDifference {
    private final NodeSource nodes;
    private final NodeSource baseNodes;
    private final List<ByteRange> damaged;
    private final CancelToken cancel;
    private final Visitor visitor;

    /** Told of what is met, in ascending order. */
    public interface Visitor {
        /** A node that the other tree does not have there. */
        void node(byte[] id, byte[] bytes) throws DoppelException;

        /** A chunk below such a node; the other tree may have it all the same. */
        void chunk(Entry chunk) throws DoppelException;

        /** The bytes from {@code from} to before {@code to} hang on a node of which no copy proves right. */
        void unreadable(long from, long to, DoppelException why) throws DoppelException;
    }

    /**
     * A walk.
     *
     * @param nodes gives those of the tree
     * @param baseNodes gives those of the other tree
     * @param damaged what of the other tree's disk is not sound, ascending and disjoint: nothing there is passed over
     */
    public TreeDifference(
            NodeSource nodes, NodeSource baseNodes, List<ByteRange> damaged, CancelToken cancel, Visitor visitor) {
        this.nodes = nodes;
        this.baseNodes = baseNodes;
        this.damaged = damaged;
        this.cancel = cancel;
        this.visitor = visitor;
    }

    /**
     * Walks.
     *
     * @param root id of the tree's root, null for an empty disk
     * @param base id of the other tree's root; null if that is empty, or there is none
     * @param size of both disks
     */
    public void walk(byte[] root, byte[] base, long size) throws DoppelException {
        if (root != null) {
            down(NodeCodec.rootLevel(size), 0, root, base, size);
        }
    }

    private void down(int level, long index, byte[] id, byte[] base, long size) throws DoppelException {
        cancel.check();
        long from = index * TreeReader.span(level);
        long to = Math.min(from + TreeReader.span(level), size);
        if (Arrays.equals(id, base) && !Ranges.touch(damaged, from, to)) {
            return;
        }
        byte[] bytes = null;
        byte[][] children = {};
        List<Entry> entries = List.of();
        try {
            bytes = nodes.node(id);
            if (level == 0) {
                entries = NodeCodec.parseLeaf(bytes, from, size);
            } else {
                children = NodeCodec.parseNode(bytes, NodeCodec.childrenOf(level, index, size));
            }
        } catch (DoppelException e) {
            if (!e.is(VaultError.DAMAGED_DATA)) {
                throw e;
            }
            visitor.unreadable(from, to, e);
            return;
        }
        visitor.node(id, bytes);
        for (Entry e : entries) {
            if (!e.isHole()) {
                visitor.chunk(e);
            }
        }
        byte[][] others = level == 0 ? children : baseChildren(level, index, base, size, children.length);
        for (int i = 0; i < children.length; i++) {
            if (children[i] != null) {
                down(level - 1, index * NodeCodec.FAN_OUT + i, children[i], others[i], size);
            }
        }
    }

    /** None if the other tree is empty there, or cannot be read. */
    private byte[][] baseChildren(int level, long index, byte[] base, long size, int count) throws DoppelException {
        if (base != null) {
            try {
                return NodeCodec.parseNode(baseNodes.node(base), NodeCodec.childrenOf(level, index, size));
            } catch (DoppelException e) {
                if (!e.is(VaultError.DAMAGED_DATA)) {
                    throw e;
                }
            }
        }
        return new byte[count][];
    }
}
