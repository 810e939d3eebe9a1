package io.doppel.vault.internal.index;

/**
 * Where things are in the local file of an index segment (docs/local-index.md). All sizes follow from the numbers of entries and packs.
 *
 * @param entries number of entries
 * @param packs number of packs
 */
record LocalLayout(long entries, int packs) {
    /** Bytes of a cell, and of what everything is padded to. */
    static final int CELL = 1024;

    static final int CELL_HEADER = 32;
    static final int ENTRY = 32;
    static final int PER_CELL = (CELL - CELL_HEADER) / ENTRY;
    static final int PACK = 40;
    static final int FENCE = 4;
    static final int FILTER_BLOCK = 64;
    static final int FILTER_WORDS = 8;

    private static final int FILTER_BITS_PER_ENTRY = 12;

    /** Number of cells. */
    long cells() {
        return (entries + PER_CELL - 1) / PER_CELL;
    }

    /** Number of filter blocks. */
    long filterBlocks() {
        return Math.max(1, (entries * FILTER_BITS_PER_ENTRY + FILTER_BLOCK * 8 - 1) / (FILTER_BLOCK * 8));
    }

    /** Where the packs are: behind the header. */
    long packsAt() {
        return CELL;
    }

    long fencesAt() {
        return packsAt() + padded((long) packs * PACK);
    }

    long filterAt() {
        return fencesAt() + padded(cells() * FENCE);
    }

    long cellsAt() {
        return filterAt() + padded(filterBlocks() * FILTER_BLOCK);
    }

    /** Bytes of the file. */
    long size() {
        return cellsAt() + cells() * CELL;
    }

    private static long padded(long bytes) {
        return (bytes + CELL - 1) / CELL * CELL;
    }

    /** The filter block of an id; ascends with it. */
    static long filterBlock(long k0, long blocks) {
        return Math.multiplyHigh(k0, blocks) + (k0 >> 63 & blocks);
    }

    /** Which bit of one of the eight words of its filter block is an id's: 0 to 63. */
    static int filterBit(long k1, int word) {
        return (int) (k1 >>> 6 * word) & 63;
    }
}
