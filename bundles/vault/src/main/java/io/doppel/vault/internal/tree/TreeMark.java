package io.doppel.vault.internal.tree;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.vault.chunk.Entry;
import java.util.ArrayList;
import java.util.List;

/**
 * Meets all that trees consist of; where a visitor says that it knows a node, what is below it is passed over. Used by one thread, but
 * parts of a tree may be met by several of these.
 */
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
     * A part of a tree that has not been met yet.
     *
     * @param level of its top node
     * @param index of that in its level
     * @param id of that
     * @param size of the disk
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Part(int level, long index, byte[] id, long size) {}

    /**
     * Meets the root of a disk's tree.
     *
     * @param root id of the root, null for an empty disk
     * @param size of the disk
     * @return what is below it, at most 256 parts
     * @throws DoppelException if it was cancelled or the root cannot be read
     */
    public List<Part> root(byte[] root, long size) throws DoppelException {
        int level = NodeCodec.rootLevel(size);
        if (root == null) {
            return List.of();
        }
        if (level == 0) {
            return List.of(new Part(0, 0, root, size));
        }
        cancel.check();
        return visitor.node(root) ? below(level, 0, root, size) : List.of();
    }

    /**
     * Meets a part of a tree.
     *
     * @throws DoppelException if it was cancelled or a node cannot be read
     */
    public void walk(Part part) throws DoppelException {
        walk(part.level(), part.index(), part.id(), part.size());
    }

    private List<Part> below(int level, long index, byte[] id, long size) throws DoppelException {
        List<Part> parts = new ArrayList<>();
        byte[][] children = NodeCodec.parseNode(nodes.node(id), NodeCodec.childrenOf(level, index, size));
        for (int i = 0; i < children.length; i++) {
            if (children[i] != null) {
                parts.add(new Part(level - 1, index * NodeCodec.FAN_OUT + i, children[i], size));
            }
        }
        return parts;
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
        for (Part part : below(level, index, id, size)) {
            walk(part);
        }
    }
}
