package io.doppel.vault.internal.index;

import java.util.BitSet;
import java.util.Set;

/**
 * Packs that a collection takes away (docs/vault-format.md §12). Immutable.
 *
 * @param hidden numbers of packs in which nobody finds content to build upon, though readers may still read it
 * @param gone numbers of packs that are on a cleared list: whatever they held is elsewhere or not needed
 */
record Absence(BitSet hidden, BitSet gone) {
    static final Absence NONE = new Absence(new BitSet(), new BitSet());

    Absence hide(Set<Integer> packs) {
        return new Absence(with(hidden, packs, true), gone);
    }

    Absence show(Set<Integer> packs) {
        return new Absence(with(hidden, packs, false), gone);
    }

    Absence clear(Set<Integer> packs) {
        return new Absence(with(hidden, packs, false), with(gone, packs, true));
    }

    boolean none() {
        return hidden.isEmpty() && gone.isEmpty();
    }

    boolean hides(int pack) {
        return hidden.get(pack) || gone.get(pack);
    }

    private static BitSet with(BitSet set, Set<Integer> packs, boolean value) {
        BitSet copy = (BitSet) set.clone();
        packs.forEach(p -> copy.set(p, value));
        return copy;
    }
}
