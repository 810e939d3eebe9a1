package io.doppel.vault.internal.tree;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.vault.VaultError;
import io.doppel.vault.chunk.Entry;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Walks whole trees, of which later ones share much with earlier ones: a subtree that was found whole is passed over wherever it is
 * met again at the same place of a disk. Used by one thread. Remembers at most 262144 subtrees, in less than 32 MiB; leaves of a
 * tebibyte. What is met when it is full is walked each time.
 */
public final class TreeSurvey {
    private static final int MOST_REMEMBERED = 1 << 18;

    private final NodeSource nodes;
    private final CancelToken cancel;
    private final Set<Subtree> whole = new HashSet<>();

    /** A survey that has met nothing yet. */
    public TreeSurvey(NodeSource nodes, CancelToken cancel) {
        this.nodes = nodes;
        this.cancel = cancel;
    }

    /** Told of what is met, in ascending order. */
    public interface Visitor {
        /** A chunk; returns whether it is as it should be. */
        boolean chunk(Entry chunk) throws DoppelException;

        /** A node that was read, on which the bytes from {@code from} to before {@code to} hang; returns whether it is as it should be. */
        boolean node(byte[] id, long from, long to) throws DoppelException;

        /** The bytes from {@code from} to before {@code to} hang on a node that cannot be read. */
        void unreadable(byte[] id, long from, long to, DoppelException why) throws DoppelException;
    }

    /** A subtree at its place. Of an id, 128 bits are kept, as the index does. */
    private record Subtree(long id0, long id1, int level, long from, long to) {}

    /**
     * Walks a tree.
     *
     * @param root id of the root, null for an empty disk
     * @param size of the disk
     * @throws DoppelException if it was cancelled or nodes cannot be read now; damage is told to the visitor
     */
    public void walk(byte[] root, long size, Visitor visitor) throws DoppelException {
        if (root != null) {
            isWhole(NodeCodec.rootLevel(size), 0, root, size, visitor);
        }
    }

    private boolean isWhole(int level, long index, byte[] id, long size, Visitor visitor) throws DoppelException {
        cancel.check();
        long from = index * TreeReader.span(level);
        long to = Math.min(from + TreeReader.span(level), size);
        ByteBuffer b = ByteBuffer.wrap(id);
        Subtree subtree = new Subtree(b.getLong(), b.getLong(), level, from, to);
        if (whole.contains(subtree)) {
            return true;
        }
        boolean isWhole = level == 0
                ? isWholeLeaf(id, from, to, size, visitor)
                : isWholeNode(level, index, id, from, to, size, visitor);
        if (isWhole && whole.size() < MOST_REMEMBERED) {
            whole.add(subtree);
        }
        return isWhole;
    }

    private boolean isWholeLeaf(byte[] id, long from, long to, long size, Visitor visitor) throws DoppelException {
        List<Entry> entries;
        try {
            entries = NodeCodec.parseLeaf(nodes.node(id), from, size);
        } catch (DoppelException e) {
            return unreadable(id, from, to, e, visitor);
        }
        boolean isWhole = visitor.node(id, from, to);
        for (Entry e : entries) {
            isWhole &= e.isHole() || visitor.chunk(e);
        }
        return isWhole;
    }

    private boolean isWholeNode(int level, long index, byte[] id, long from, long to, long size, Visitor visitor)
            throws DoppelException {
        byte[][] children;
        try {
            children = NodeCodec.parseNode(nodes.node(id), NodeCodec.childrenOf(level, index, size));
        } catch (DoppelException e) {
            return unreadable(id, from, to, e, visitor);
        }
        boolean isWhole = visitor.node(id, from, to);
        for (int i = 0; i < children.length; i++) {
            if (children[i] != null) {
                isWhole &= isWhole(level - 1, index * NodeCodec.FAN_OUT + i, children[i], size, visitor);
            }
        }
        return isWhole;
    }

    private static boolean unreadable(byte[] id, long from, long to, DoppelException e, Visitor visitor)
            throws DoppelException {
        if (!e.is(VaultError.DAMAGED_DATA)) {
            throw e;
        }
        visitor.unreadable(id, from, to, e);
        return false;
    }
}
