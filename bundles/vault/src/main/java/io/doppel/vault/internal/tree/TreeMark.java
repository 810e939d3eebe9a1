package io.doppel.vault.internal.tree;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.vault.chunk.Entry;
import java.util.ArrayList;
import java.util.Comparator;
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

        /** Where a node is read from: nodes with near numbers lie near each other. */
        long place(byte[] id) throws DoppelException;
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
        cancel.check();
        if (visitor.node(part.id())) {
            down(part);
        }
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

    /** Meets what is below a node that was met just now. */
    private void down(Part part) throws DoppelException {
        cancel.check();
        if (part.level() == 0) {
            long at = part.index() * TreeReader.span(0);
            for (Entry e : NodeCodec.parseLeaf(nodes.node(part.id()), at, part.size())) {
                if (!e.isHole()) {
                    visitor.chunk(e.id());
                }
            }
            return;
        }
        List<Placed> unknown = new ArrayList<>();
        for (Part p : below(part.level(), part.index(), part.id(), part.size())) {
            if (visitor.node(p.id())) {
                unknown.add(new Placed(visitor.place(p.id()), p));
            }
        }
        // nodes that different versions stored lie in different packs: one pack after the other is read once
        unknown.sort(Comparator.comparingLong(Placed::place));
        for (Placed p : unknown) {
            down(p.part());
        }
    }

    private record Placed(long place, Part part) {}
}
