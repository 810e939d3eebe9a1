package io.doppel.vault.internal.index;

import java.nio.ByteBuffer;

/** An entry of an index segment as stored, 48 bytes (docs/vault-format.md §7). */
record IndexEntry(int pack, long offset, int stored, int raw, byte codec) {
    static final int SIZE = 48;
    static final int PER_BLOCK = 1365;

    /** Reads the entry at the buffer's position, passing over the id. */
    static IndexEntry read(ByteBuffer in) {
        in.position(in.position() + 32);
        int pack = in.getInt();
        long offset = (in.get() & 0xFFL) << 32 | in.getInt() & 0xFFFFFFFFL;
        return new IndexEntry(pack, offset, u24(in), u24(in), in.get());
    }

    static void write(ByteBuffer out, byte[] id, IndexEntry e) {
        out.put(id, 0, 32).putInt(e.pack).put((byte) (e.offset >>> 32)).putInt((int) e.offset);
        u24(out, e.stored);
        u24(out, e.raw);
        out.put(e.codec);
    }

    private static int u24(ByteBuffer in) {
        return (in.get() & 0xFF) << 16 | in.getShort() & 0xFFFF;
    }

    private static void u24(ByteBuffer out, int v) {
        out.put((byte) (v >>> 16)).putShort((short) v);
    }
}
