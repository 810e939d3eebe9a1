package io.doppel.vault.internal.index;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Which records are needed. Filled by one thread; read by several once it is. */
public final class LiveSet {
    private final ChunkIndex index;
    private final Set<Damage.Place> marked = new HashSet<>();
    private final Map<Integer, Long> bytes = new HashMap<>();

    /** Nothing yet. */
    public LiveSet(ChunkIndex index) {
        this.index = index;
    }

    /**
     * Marks so many copies of a record, in different packs: those that are marked already, then others, sound ones first.
     *
     * @return whether anything was marked that was not before
     */
    public boolean mark(byte[] id, int copies) {
        Set<Location> all = new LinkedHashSet<>(index.sound(id));
        all.addAll(index.find(id));
        Set<Integer> packs = new HashSet<>();
        for (Location l : all) {
            if (marked.contains(place(l))) {
                packs.add(l.pack());
            }
        }
        boolean more = false;
        for (Location l : all) {
            if (packs.size() < copies && packs.add(l.pack())) {
                marked.add(place(l));
                bytes.merge(l.pack(), (long) l.stored(), Long::sum);
                more = true;
            }
        }
        return more;
    }

    /** Whether this copy of the record is marked. */
    public boolean isMarked(byte[] id, int pack, long offset) {
        return marked.contains(new Damage.Place(pack, offset));
    }

    /** Bytes of the marked records of a pack, with tags. */
    public long liveBytes(int pack) {
        return bytes.getOrDefault(pack, 0L);
    }

    private static Damage.Place place(Location l) {
        return new Damage.Place(l.pack(), l.offset());
    }
}
