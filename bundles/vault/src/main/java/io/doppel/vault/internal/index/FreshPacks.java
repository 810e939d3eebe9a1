package io.doppel.vault.internal.index;

import io.doppel.vault.internal.pack.PackInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Packs that are durable but in no index segment yet, with all that their footers say: about 100 bytes a record. Safe for several threads. */
public final class FreshPacks {
    /** Records of which it is time for a segment: 4 GiB of data, and some 10 MB of memory with what it takes to sort them. */
    public static final int MANY = 1 << 15;

    private final List<PackInfo> packs = new ArrayList<>();
    private int records;

    /** Takes a pack. */
    public synchronized void add(PackInfo info) {
        packs.add(info);
        records += info.records().size();
    }

    /** Whether it is time for a segment. */
    public synchronized boolean many() {
        return records >= MANY;
    }

    /** All that are there now. */
    public synchronized List<PackInfo> all() {
        return List.copyOf(packs);
    }

    /** Forgets packs. */
    public synchronized void remove(Collection<PackInfo> some) {
        Set<PackInfo> gone = Collections.newSetFromMap(new IdentityHashMap<>());
        gone.addAll(some);
        removeIf(gone::contains);
    }

    /** Forgets packs. */
    public synchronized void removeIf(Predicate<PackInfo> some) {
        packs.removeIf(some);
        records = packs.stream().mapToInt(p -> p.records().size()).sum();
    }
}
