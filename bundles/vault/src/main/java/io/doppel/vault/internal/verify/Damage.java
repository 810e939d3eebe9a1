package io.doppel.vault.internal.verify;

import io.doppel.vault.internal.index.Location;
import java.util.Set;

/**
 * What cannot be read.
 *
 * @param packs numbers of packs that cannot be opened
 * @param records places of records that do not prove right
 */
record Damage(Set<Integer> packs, Set<Place> records) {
    /**
     * Where a record is.
     *
     * @param pack number of its pack
     * @param offset its offset there
     */
    record Place(int pack, long offset) {}

    boolean hits(Location l) {
        return packs.contains(l.pack()) || records.contains(new Place(l.pack(), l.offset()));
    }

    boolean none() {
        return packs.isEmpty() && records.isEmpty();
    }
}
