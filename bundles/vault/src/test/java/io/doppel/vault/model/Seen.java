package io.doppel.vault.model;

import java.util.Arrays;

/** Fingerprints of states in the order in which they were found, each with that of the state before it. */
final class Seen {
    private static final int FIRST = 1 << 16;

    private long[] prints = new long[FIRST];
    private int[] parents = new int[FIRST];
    private int[] table = new int[4 * FIRST];
    private int size;

    /** Adds it if it is new. */
    boolean add(long print, int parent) {
        int at = slot(print);
        if (table[at] != 0) {
            return false;
        }
        if (size == prints.length) {
            grow();
            at = slot(print);
        }
        prints[size] = print;
        parents[size] = parent;
        table[at] = ++size;
        return true;
    }

    private int slot(long print) {
        int at = (int) print & table.length - 1;
        while (table[at] != 0 && prints[table[at] - 1] != print) {
            at = at + 1 & table.length - 1;
        }
        return at;
    }

    private void grow() {
        prints = Arrays.copyOf(prints, 2 * size);
        parents = Arrays.copyOf(parents, 2 * size);
        table = new int[2 * table.length];
        for (int i = 0; i < size; i++) {
            table[slot(prints[i])] = i + 1;
        }
    }

    int size() {
        return size;
    }

    int parent(int i) {
        return parents[i];
    }

    long fingerprint(int i) {
        return prints[i];
    }
}
