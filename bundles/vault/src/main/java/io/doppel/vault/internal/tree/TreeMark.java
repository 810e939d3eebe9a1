package io.doppel.vault.internal.tree;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.vault.chunk.Entry;

/** Meets all that trees consist of; where a visitor says that it knows a node, what is below it is passed over. */
public final class TreeMark {
    private final NodeSource nodes;
    private final CancelToken cancel;
    private final Visitor visitor;

    /** Told of what is met. */
    public interface Visitor {
        /** A node; returns whether what is below it shall be met. */
        boolean node(byte[] id) throws DoppelException;

        /** A chunk. */
        void chunk(byte[] id) throws DoppelException;
    }

    /** Of a vault's nodes. */
    public TreeMark(NodeSource nodes, CancelToken cancel, Visitor visitor) {
        this.nodes = nodes;
        this.cancel = cancel;
        this.visitor = visitor;
    }

    /**
     * Meets a disk's tree.
     *
     * @param root id of the root, null for an empty disk
     * @param size of the disk
     * @throws DoppelException if it was cancelled or a node cannot be read
     */
    public void walk(byte[] root, long size) throws DoppelException {
        if (root != null) {
            walk(NodeCodec.rootLevel(size), 0, root, size);
        }
    }

    private void walk(int level, long index, byte[] id, long size) throws DoppelException {
        cancel.check();
        if (!visitor.node(id)) {
            return;
        }
        if (level == 0) {
            for (Entry e : NodeCodec.parseLeaf(nodes.node(id), index * TreeReader.span(0), size)) {
                if (!e.isHole()) {
                    visitor.chunk(e.id());
                }
            }
            return;
        }
        byte[][] children = NodeCodec.parseNode(nodes.node(id), NodeCodec.childrenOf(level, index, size));
        for (int i = 0; i < children.length; i++) {
            if (children[i] != null) {
                walk(level - 1, index * NodeCodec.FAN_OUT + i, children[i], size);
            }
        }
    }
}
