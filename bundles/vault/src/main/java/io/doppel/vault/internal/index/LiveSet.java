package io.doppel.vault.internal.index;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.internal.pack.ObjectKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which records are needed, of those that an index knew when this was made; packs that came later are needed as a whole. Takes one bit a
 * record and eight bytes a pack: about 1 MiB for each TiB of unique data, and about 60 bytes for each node in a later pack that is marked.
 * Filled by one thread; read by several once it is.
 */
public final class LiveSet {
    private final ChunkIndex index;
    private final ChunkIndex.Snapshot snapshot;
    /** Bits of the entries of each part of the snapshot. */
    private final List<BitSet> marked = new ArrayList<>();

    private final long[] liveBytes;
    /** What is marked in packs that came later: nodes, and chunks that are not sound. */
    private final Set<Damage.Place> later = new HashSet<>();

    /** A copy of a record: an entry of a part of the snapshot, or of none if it came later. */
    private record Copy(int part, int entry, Location at) {
        static final int LATER = -1;
    }

    /** Nothing is marked yet. */
    public LiveSet(ChunkIndex index) {
        this.index = index;
        this.snapshot = index.snapshot();
        for (int part = 0; part < snapshot.parts(); part++) {
            marked.add(new BitSet(Math.toIntExact(snapshot.entries(part))));
        }
        this.liveBytes = new long[snapshot.packs()];
    }

    /**
     * Marks so many copies of a record, in different packs: those that are marked already, then others, sound ones first. A sound
     * chunk in a pack that came later is marked as it is; a node there is so only once it was, so that a walk goes down from it once.
     *
     * @return whether anything was marked that was not before
     * @throws DoppelException if a local index file is spoilt and cannot be made again; nothing is marked then
     */
    public boolean mark(byte[] id, int copies) throws DoppelException {
        List<Copy> all = inOrder(id, true);
        if (packs(all) < copies) {
            // a spoilt filter must not make what is needed look as if it were not
            all = inOrder(id, false);
        }
        all.sort(Comparator.comparing(c -> !isMarked(c)));
        Set<Integer> packs = new HashSet<>();
        boolean more = false;
        for (Copy c : all) {
            if (packs.size() < copies && packs.add(c.at().pack()) && !isMarked(c)) {
                mark(c);
                more = true;
            }
        }
        return more;
    }

    private void mark(Copy c) {
        if (c.part() == Copy.LATER) {
            later.add(place(c.at()));
        } else {
            marked.get(c.part()).set(c.entry());
            liveBytes[c.at().pack()] += c.at().stored();
        }
    }

    private static Damage.Place place(Location l) {
        return new Damage.Place(l.pack(), l.offset());
    }

    private static int packs(List<Copy> all) {
        return (int) all.stream().map(c -> c.at().pack()).distinct().count();
    }

    /** The copies that are there by now, sound ones first. */
    private List<Copy> inOrder(byte[] id, boolean filtered) throws DoppelException {
        List<Copy> before = copies(id, filtered);
        List<Copy> all = new ArrayList<>(2);
        for (Location now : index.ordered(id, filtered)) {
            if (now.pack() >= liveBytes.length) {
                all.add(new Copy(Copy.LATER, 0, now));
            }
            before.stream().filter(c -> c.at().equals(now)).forEach(all::add);
        }
        return all;
    }

    private List<Copy> copies(byte[] id, boolean filtered) throws DoppelException {
        ByteBuffer b = ByteBuffer.wrap(id);
        List<Copy> all = new ArrayList<>(2);
        snapshot.find(b.getLong(), b.getLong(), filtered, (part, entry, at) -> {
            Copy copy = new Copy(part, (int) entry, at);
            if (!all.contains(copy)) {
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
        return marked.get(copy.part()).get(copy.entry());
    }

    /**
     * Whether this copy of the record is marked, or in a pack that came later.
     *
     * @throws DoppelException if a local index file is spoilt and cannot be made again
     */
    public boolean isMarked(byte[] id, int pack, long offset) throws DoppelException {
        if (pack >= liveBytes.length) {
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
        return pack < liveBytes.length ? liveBytes[pack] : index.packSize(pack);
    }
}
