package io.doppel.vault.internal.collect;

/**
 * How much of a pack is needed.
 *
 * @param pack its number
 * @param size bytes of the pack
 * @param live bytes of its records that are needed
 */
record PackUse(int pack, long size, long live) {
    long unused() {
        return size - live;
    }

    double unusedShare() {
        return size == 0 ? 0 : (double) unused() / size;
    }
}
