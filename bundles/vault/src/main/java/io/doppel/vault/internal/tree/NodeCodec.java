package io.doppel.vault.internal.tree;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultError;
import io.doppel.vault.chunk.Entry;
import io.doppel.vault.chunk.Layout;
import io.doppel.vault.internal.pack.Varints;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Leaves and nodes as bytes (docs/vault-format.md §8). */
final class NodeCodec {
    /** Children of a node. */
    static final int FAN_OUT = 256;

    private static final int ID = 32;

    private NodeCodec() {}

    /**
     * The leaf of a window.
     *
     * @param entries all entries that touch the window, ascending, without gaps
     * @param diskSize size of the disk
     * @return null if the window is one hole
     */
    static byte[] leaf(long windowStart, List<Entry> entries, long diskSize) {
        long windowEnd = Math.min(windowStart + Layout.WINDOW, diskSize);
        if (entries.size() == 1 && entries.get(0).isHole()) {
            return null;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(2048);
        boolean first = true;
        for (Entry e : entries) {
            if (first) {
                long skip = !e.isHole() && e.offset() < windowStart ? pages(e.end() - windowStart) : 0;
                Varints.put(out, skip);
                first = false;
                if (skip > 0) {
                    continue;
                }
            }
            if (e.isHole()) {
                long from = Math.max(e.offset(), windowStart);
                Varints.put(out, pages(Math.min(e.end(), windowEnd) - from) * 2 + 1);
            } else {
                Varints.put(out, e.pages() * 2L);
                out.write(e.id(), 0, ID);
            }
        }
        return out.toByteArray();
    }

    /** The entries that start in a window; the hole pieces are as stored. */
    static List<Entry> parseLeaf(byte[] bytes, long windowStart, long diskSize) throws DoppelException {
        long windowEnd = Math.min(windowStart + Layout.WINDOW, diskSize);
        List<Entry> entries = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            long at = windowStart + Varints.get(in) * Layout.PAGE;
            while (at < windowEnd) {
                long v = Varints.get(in);
                long length = Math.min((v >> 1) * Layout.PAGE, diskSize - at);
                boolean hole = (v & 1) == 1;
                if (length <= 0 || (hole ? at + length > windowEnd : length > Layout.MAX_CHUNK)) {
                    throw malformed();
                }
                byte[] id = null;
                if (!hole) {
                    id = new byte[ID];
                    in.get(id);
                }
                entries.add(new Entry(at, length, id));
                at += length;
            }
        } catch (BufferUnderflowException e) {
            throw malformed();
        }
        if (in.hasRemaining()) {
            throw malformed();
        }
        return entries;
    }

    /** A node; null if all children are empty. Empty children are null. */
    static byte[] node(byte[][] children) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(children.length * 33);
        int empty = 0;
        boolean any = false;
        for (byte[] child : children) {
            if (child == null) {
                empty++;
                continue;
            }
            any = true;
            if (empty > 0) {
                Varints.put(out, empty);
                empty = 0;
            }
            Varints.put(out, 0);
            out.write(child, 0, ID);
        }
        if (!any) {
            return null;
        }
        if (empty > 0) {
            Varints.put(out, empty);
        }
        return out.toByteArray();
    }

    /** The children of a node that has {@code count} of them. */
    static byte[][] parseNode(byte[] bytes, int count) throws DoppelException {
        byte[][] children = new byte[count][];
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            int i = 0;
            while (i < count) {
                long run = Varints.get(in);
                if (run > count - i) {
                    throw malformed();
                }
                if (run == 0) {
                    children[i] = new byte[ID];
                    in.get(children[i]);
                    i++;
                } else {
                    i += (int) run;
                }
            }
        } catch (BufferUnderflowException e) {
            throw malformed();
        }
        if (in.hasRemaining()) {
            throw malformed();
        }
        return children;
    }

    /** The level of the root of a disk of that size. */
    static int rootLevel(long diskSize) {
        long windows = windows(diskSize);
        int level = 0;
        for (long n = windows; n > 1; n = (n + FAN_OUT - 1) / FAN_OUT) {
            level++;
        }
        return level;
    }

    /** Windows of a disk, the last one possibly short. */
    static long windows(long diskSize) {
        return (diskSize + Layout.WINDOW - 1) / Layout.WINDOW;
    }

    /** How many nodes a disk has at a level. */
    static long nodesAt(int level, long diskSize) {
        long n = windows(diskSize);
        for (int l = 0; l < level; l++) {
            n = (n + FAN_OUT - 1) / FAN_OUT;
        }
        return n;
    }

    /** How many children the node number {@code index} of a level has. */
    static int childrenOf(int level, long index, long diskSize) {
        return (int) Math.min(FAN_OUT, nodesAt(level - 1, diskSize) - index * FAN_OUT);
    }

    private static long pages(long bytes) {
        return (bytes + Layout.PAGE - 1) / Layout.PAGE;
    }

    private static DoppelException malformed() {
        return new DoppelException(VaultError.DAMAGED_DATA, "A tree node proves right but is malformed");
    }
}
