package io.doppel.vault.internal.index;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.internal.pack.ObjectKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Stream;

/**
 * Which records are needed, of those that an index knew when this was made; packs that came later are needed as a whole. Takes one bit a
 * record and eight bytes a pack: about 1 MiB for each TiB of unique data, and about 60 bytes for each node in a later pack that is marked.
 * Safe for several threads: of those that mark the same record at once, each time at least one is told that this was new.
 */
public final class LiveSet {
    private final ChunkIndex index;
    private final ChunkIndex.Snapshot snapshot;
    /** Bits of the entries of each part of the snapshot. */
    private final List<AtomicLongArray> marked = new ArrayList<>();

    private final AtomicLongArray liveBytes;
    /** What is marked in packs that came later: nodes, and chunks that are not sound. */
    private final Set<Damage.Place> later = ConcurrentHashMap.newKeySet();

    /** A copy of a record: an entry of a part of the snapshot, or of none if it came later. */
    private record Copy(int part, int entry, Location at) {
        static final int LATER = -1;
    }

    /** Nothing is marked yet. */
    public LiveSet(ChunkIndex index) {
        this.index = index;
        this.snapshot = index.snapshot();
        for (int part = 0; part < snapshot.parts(); part++) {
            marked.add(new AtomicLongArray(Math.toIntExact((snapshot.entries(part) + Long.SIZE - 1) / Long.SIZE)));
        }
        this.liveBytes = new AtomicLongArray(snapshot.packs());
    }

    /**
     * Marks so many copies of a record, in different packs: those that are marked already, then others, sound ones first. A sound
     * chunk in a pack that came later is marked as it is; a node there is so only once it was, so that a walk goes down from it once.
     *
     * @return whether anything was marked that was not before
     * @throws DoppelException if a local index file is spoilt and cannot be made again; nothing is marked then
     */
    public boolean mark(byte[] id, int copies) throws DoppelException {
        List<Copy> before = copies(id, true);
        if (packs(before.stream().filter(this::isMarked)) >= copies) {
            return false;
        }
        List<Copy> all = withLater(id, before, true);
        if (packs(all.stream()) < copies) {
            // a spoilt filter must not make what is needed look as if it were not
            all = withLater(id, copies(id, false), false);
        }
        Set<Integer> packs = new HashSet<>();
        List<Copy> rest = new ArrayList<>();
        for (Copy c : all) {
            if (!isMarked(c)) {
                rest.add(c);
            } else if (packs.size() < copies) {
                packs.add(c.at().pack());
            }
        }
        rest.sort(Comparator.comparing(Copy::at, index.byTrust()));
        boolean more = false;
        for (Copy c : rest) {
            if (packs.size() < copies && packs.add(c.at().pack())) {
                more |= mark(c);
            }
        }
        return more;
    }

    /** Whether it was not marked before. */
    private boolean mark(Copy c) {
        if (c.part() == Copy.LATER) {
            return later.add(place(c.at()));
        }
        long bit = 1L << c.entry();
        long was = marked.get(c.part()).getAndUpdate(c.entry() / Long.SIZE, bits -> bits | bit);
        if ((was & bit) != 0) {
            return false;
        }
        liveBytes.addAndGet(c.at().pack(), c.at().stored());
        return true;
    }

    private static Damage.Place place(Location l) {
        return new Damage.Place(l.pack(), l.offset());
    }

    private static int packs(Stream<Copy> all) {
        return (int) all.mapToInt(c -> c.at().pack()).distinct().count();
    }

    /** The copies that were there before, and those that have come since. */
    private List<Copy> withLater(byte[] id, List<Copy> before, boolean filtered) throws DoppelException {
        List<Copy> all = new ArrayList<>(before);
        // in a vault where nothing comes along, each id is looked up once
        if (index.packCount() > liveBytes.length()) {
            for (Location now : index.ordered(id, filtered)) {
                if (now.pack() >= liveBytes.length()) {
                    all.add(new Copy(Copy.LATER, 0, now));
                }
            }
        }
        return all;
    }

    /** The copies that were there before and are not cleared since. */
    private List<Copy> copies(byte[] id, boolean filtered) throws DoppelException {
        ByteBuffer b = ByteBuffer.wrap(id);
        List<Copy> all = new ArrayList<>(2);
        snapshot.find(b.getLong(), b.getLong(), filtered, (part, entry, at) -> {
            Copy copy = new Copy(part, (int) entry, at);
            if (!index.isCleared(at.pack()) && !all.contains(copy)) {
                all.add(copy);
            }
        });
        return all;
    }

    private boolean isMarked(Copy copy) {
        if (copy.part() == Copy.LATER) {
            boolean needed = index.packKind(copy.at().pack()) == ObjectKind.DATA
                    && !index.distrusted().hits(copy.at());
            return needed || later.contains(place(copy.at()));
        }
        return (marked.get(copy.part()).get(copy.entry() / Long.SIZE) & 1L << copy.entry()) != 0;
    }

    /**
     * Whether this copy of the record is marked, or in a pack that came later.
     *
     * @throws DoppelException if a local index file is spoilt and cannot be made again
     */
    public boolean isMarked(byte[] id, int pack, long offset) throws DoppelException {
        if (pack >= liveBytes.length()) {
            return true;
        }
        List<Copy> there = at(copies(id, true), pack, offset);
        if (there.isEmpty()) {
            there = at(copies(id, false), pack, offset);
        }
        return there.stream().anyMatch(this::isMarked);
    }

    private static List<Copy> at(List<Copy> all, int pack, long offset) {
        return all.stream()
                .filter(c -> c.at().pack() == pack && c.at().offset() == offset)
                .toList();
    }

    /** Bytes of the marked records of a pack, with tags; all of a pack that came later. */
    public long liveBytes(int pack) {
        return pack < liveBytes.length() ? liveBytes.get(pack) : index.packSize(pack);
    }
}
