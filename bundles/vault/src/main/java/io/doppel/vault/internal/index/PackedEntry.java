package io.doppel.vault.internal.index;

/**
 * Where a record is, in two numbers, as the index keeps it in memory and in its local files: the pack's number (24 bits) and the offset
 * (40 bits); the stored length (28 bits), the raw length (24 bits), the codec (8 bits) and a last bit that is always set.
 */
final class PackedEntry {
    private static final int OFFSET_BITS = 40;
    private static final long OFFSET_MASK = (1L << OFFSET_BITS) - 1;

    private PackedEntry() {}

    static long place(int pack, long offset) {
        return (long) pack << OFFSET_BITS | offset;
    }

    static long lengths(int stored, int raw, byte codec) {
        return (long) stored << 36 | (long) raw << 12 | (codec & 0xFFL) << 4 | 1;
    }

    static int pack(long place) {
        return (int) (place >>> OFFSET_BITS);
    }

    static long offset(long place) {
        return place & OFFSET_MASK;
    }

    static int stored(long lengths) {
        return (int) (lengths >>> 36);
    }

    static int raw(long lengths) {
        return (int) (lengths >>> 12) & 0xFFFFFF;
    }

    static Location location(int pack, long place, long lengths) {
        return new Location(pack, offset(place), stored(lengths), raw(lengths), (byte) (lengths >>> 4));
    }
}
