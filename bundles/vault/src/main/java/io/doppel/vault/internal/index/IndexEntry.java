package io.doppel.vault.internal.index;

import java.nio.ByteBuffer;

/**
 * An entry of an index segment as stored, 48 bytes (docs/vault-format.md §7), without its id.
 *
 * @param pack number of the pack in its segment
 */
record IndexEntry(int pack, long offset, int stored, int raw, byte codec) {
    static final int SIZE = 48;
    static final int PER_BLOCK = 1365;

    /** Reads the entry that starts at {@code at}. */
    static IndexEntry read(ByteBuffer in, int at) {
        int pack = in.getInt(at + 32);
        long offset = (in.get(at + 36) & 0xFFL) << 32 | in.getInt(at + 37) & 0xFFFFFFFFL;
        return new IndexEntry(pack, offset, u24(in, at + 41), u24(in, at + 44), in.get(at + 47));
    }

    static void write(ByteBuffer out, byte[] id, int idAt, IndexEntry e) {
        out.put(id, idAt, 32).putInt(e.pack).put((byte) (e.offset >>> 32)).putInt((int) e.offset);
        putU24(out, e.stored);
        putU24(out, e.raw);
        out.put(e.codec);
    }

    long place() {
        return PackedEntry.place(pack, offset);
    }

    long lengths() {
        return PackedEntry.lengths(stored, raw, codec);
    }

    private static int u24(ByteBuffer in, int at) {
        return (in.get(at) & 0xFF) << 16 | in.getShort(at + 1) & 0xFFFF;
    }

    private static void putU24(ByteBuffer out, int v) {
        out.put((byte) (v >>> 16)).putShort((short) v);
    }
}
