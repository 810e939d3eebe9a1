package io.doppel.vault.internal.index;

import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/**
 * What cannot be read.
 *
 * @param packs numbers of packs that cannot be opened
 * @param records places of records that do not prove right
 */
public record Damage(Set<Integer> packs, Set<Place> records) {
    /** None. */
    public static final Damage NONE = new Damage(Set.of(), Set.of());

    /** Copies. */
    public Damage {
        packs = Set.copyOf(packs);
        records = Set.copyOf(records);
    }

    /**
     * Where a record is.
     *
     * @param pack number of its pack
     * @param offset its offset there
     */
    public record Place(int pack, long offset) {}

    /** Of one pack that cannot be opened. */
    public static Damage ofPack(int pack) {
        return new Damage(Set.of(pack), Set.of());
    }

    /** Of one record. */
    public static Damage ofRecord(Location l) {
        return new Damage(Set.of(), Set.of(new Place(l.pack(), l.offset())));
    }

    /** Whether what is there cannot be read. */
    public boolean hits(Location l) {
        return packs.contains(l.pack()) || records.contains(new Place(l.pack(), l.offset()));
    }

    /** Whether everything can be read. */
    public boolean none() {
        return packs.isEmpty() && records.isEmpty();
    }

    /** Packs that are concerned by what is in this and not in {@code earlier}. */
    public Set<Integer> packsSince(Damage earlier) {
        Set<Integer> since = new TreeSet<>(packs);
        since.removeAll(earlier.packs);
        records.stream().filter(r -> !earlier.records.contains(r)).forEach(r -> since.add(r.pack()));
        return since;
    }

    Damage keeping(IntPredicate wanted) {
        return new Damage(
                packs.stream().filter(wanted::test).collect(Collectors.toSet()),
                records.stream().filter(r -> wanted.test(r.pack())).collect(Collectors.toSet()));
    }

    boolean covers(Damage other) {
        return packs.containsAll(other.packs)
                && other.records.stream().allMatch(r -> packs.contains(r.pack()) || records.contains(r));
    }

    Damage plus(Damage more) {
        Set<Integer> allPacks = new HashSet<>(packs);
        allPacks.addAll(more.packs);
        Set<Place> allRecords = new HashSet<>(records);
        allRecords.addAll(more.records);
        return new Damage(allPacks, allRecords);
    }
}
