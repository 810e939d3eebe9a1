package io.doppel.vault.internal.index;

/**
 * The records of packs that are in no index segment yet: an open-addressed table that is at most 70 % full, so 46 to 92 bytes a record.
 * Not safe for several threads.
 */
final class HeapTable {
    private static final int SLOT = 4;
    private static final int FIRST_SLOTS = 1 << 12;

    private long[] table = new long[FIRST_SLOTS * SLOT];
    private int mask = FIRST_SLOTS - 1;
    private int entries;

    /** Told of the copies of a record. */
    @FunctionalInterface
    interface Hits {
        /** A copy in that slot, as {@link PackedEntry} has it. */
        void copy(int slot, long place, long lengths);
    }

    void put(long k0, long k1, long place, long lengths) {
        if ((entries + 1) * 10L > (mask + 1L) * 7) {
            grow();
        }
        insert(k0, k1, place, lengths);
        entries++;
    }

    private void insert(long k0, long k1, long place, long lengths) {
        int s = (int) k0 & mask;
        while (table[s * SLOT + 3] != 0) {
            s = (s + 1) & mask;
        }
        int i = s * SLOT;
        table[i] = k0;
        table[i + 1] = k1;
        table[i + 2] = place;
        table[i + 3] = lengths;
    }

    private void grow() {
        long[] old = table;
        table = new long[Math.multiplyExact(old.length, 2)];
        mask = table.length / SLOT - 1;
        for (int i = 0; i < old.length; i += SLOT) {
            if (old[i + 3] != 0) {
                insert(old[i], old[i + 1], old[i + 2], old[i + 3]);
            }
        }
    }

    void find(long k0, long k1, Hits hits) {
        for (int s = (int) k0 & mask; table[s * SLOT + 3] != 0; s = (s + 1) & mask) {
            if (table[s * SLOT] == k0 && table[s * SLOT + 1] == k1) {
                hits.copy(s, table[s * SLOT + 2], table[s * SLOT + 3]);
            }
        }
    }

    /** Tells which packs' entries to keep. */
    @FunctionalInterface
    interface Keep {
        /** Whether to keep the entries of a pack. */
        boolean pack(int pack);
    }

    /** A table with those entries only whose packs are kept. */
    HeapTable keeping(Keep keep) {
        HeapTable rest = new HeapTable();
        for (int i = 0; i < table.length; i += SLOT) {
            if (table[i + 3] != 0 && keep.pack(PackedEntry.pack(table[i + 2]))) {
                rest.put(table[i], table[i + 1], table[i + 2], table[i + 3]);
            }
        }
        return rest;
    }

    int size() {
        return entries;
    }

    /** How many slots there are; their numbers are 0 to one less. */
    int slots() {
        return mask + 1;
    }
}
