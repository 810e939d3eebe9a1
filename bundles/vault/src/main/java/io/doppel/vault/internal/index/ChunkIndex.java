package io.doppel.vault.internal.index;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.pack.RecordInfo;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Where each chunk and node is, for all packs that an open vault knows; a multimap, because several copies may exist. Safe for
 * several threads.
 *
 * <p>What is in index segments lies in their mapped local files; on the heap are about 50 bytes a pack, and 46 to 92 bytes a record of those
 * packs that are in no segment yet.
 *
 * <p>Of an id, 128 bits are kept: ids are keyed, so nobody can make two agree, and a reader's associated data holds the whole id.
 */
public final class ChunkIndex {
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final PackTable packs = new PackTable();
    private HeapTable fresh = new HeapTable();
    /** Entries in {@link #fresh}; looked at without the lock. */
    private volatile int freshEntries;

    private volatile Attached[] attached = {};
    private volatile Damage distrusted = Damage.NONE;
    private volatile Absence absent = Absence.NONE;

    /** A segment, and the numbers here of its packs by those there. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Attached(LocalSegment segment, int[] numbers) {}

    /** Learns of a pack and its records; a pack that is known already is left as it is. Returns its number. */
    public int add(PackInfo info) {
        lock.writeLock().lock();
        try {
            int known = packs.number(info.name());
            if (known >= 0) {
                return known;
            }
            int pack = packs.add(
                    info.name(), info.kind(), info.size(), info.records().size(), info.rawBytes());
            for (RecordInfo r : info.records()) {
                ByteBuffer id = ByteBuffer.wrap(r.id());
                fresh.put(
                        id.getLong(),
                        id.getLong(),
                        PackedEntry.place(pack, r.offset()),
                        PackedEntry.lengths(r.stored(), r.raw(), r.codec()));
            }
            freshEntries = fresh.size();
            return pack;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /**
     * How much of a segment leads to packs that are on cleared lists.
     *
     * @param entries all its entries
     * @param cleared those of them
     */
    record Use(String segment, long entries, long cleared) {}

    /** How the segments are used. */
    List<Use> uses() {
        BitSet gone = absent.gone();
        List<Use> uses = new ArrayList<>();
        for (Attached a : attached) {
            long cleared = 0;
            for (int pack : a.numbers()) {
                cleared += gone.get(pack) ? packRecords(pack) : 0;
            }
            uses.add(new Use(a.segment().name(), a.segment().entries(), cleared));
        }
        return uses;
    }

    /** Whether a segment names one of these packs. */
    public boolean segmentsName(Set<Integer> packs) {
        for (Attached a : attached) {
            for (int pack : a.numbers()) {
                if (packs.contains(pack)) {
                    return true;
                }
            }
        }
        return false;
    }

    private int packRecords(int pack) {
        lock.readLock().lock();
        try {
            return packs.records(pack);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Takes a segment in. What is known of its packs from elsewhere is forgotten as far as it is on the heap. */
    void attach(LocalSegment segment) {
        replace(List.of(), segment);
    }

    /** Takes a segment in, in the place of others. */
    void replace(Collection<String> old, LocalSegment segment) {
        lock.writeLock().lock();
        try {
            List<Attached> all = new ArrayList<>(Arrays.asList(attached));
            all.removeIf(a -> old.contains(a.segment().name()));
            // the newest first: what is stored next is most like what was stored last
            int[] numbers = segment.packsInto(packs);
            all.add(0, new Attached(segment, numbers));
            attached = all.toArray(new Attached[0]);
            if (freshEntries > 0) {
                int[] sorted = numbers.clone();
                Arrays.sort(sorted);
                fresh = fresh.keeping(pack -> Arrays.binarySearch(sorted, pack) < 0);
                freshEntries = fresh.size();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Lets go of segments; their packs stay known. */
    void detach(Collection<String> segments) {
        lock.writeLock().lock();
        try {
            attached = Arrays.stream(attached)
                    .filter(a -> !segments.contains(a.segment().name()))
                    .toArray(Attached[]::new);
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** The segments that are taken in. */
    List<LocalSegment> segments() {
        return Arrays.stream(attached).map(Attached::segment).toList();
    }

    /**
     * Number of a pack that holds a copy known and not distrusted, or −1.
     *
     * @throws DoppelException if a local index file is spoilt and cannot be made again
     */
    public int packOf(byte[] id) throws DoppelException {
        List<Location> trusted = trusted(id);
        return trusted.isEmpty() ? -1 : trusted.get(0).pack();
    }

    /**
     * All copies of it upon which a new version may build: that are not distrusted and not in hidden packs.
     *
     * @throws DoppelException if a local index file is spoilt and cannot be made again
     */
    public List<Location> trusted(byte[] id) throws DoppelException {
        List<Location> sound = sound(id);
        Absence away = absent;
        if (!away.none()) {
            sound.removeIf(l -> away.hides(l.pack()));
        }
        return sound;
    }

    /**
     * All copies of it that are not distrusted, those in hidden packs last.
     *
     * @throws DoppelException if a local index file is spoilt and cannot be made again
     */
    public List<Location> sound(byte[] id) throws DoppelException {
        List<Location> all = ordered(id, true);
        Damage bad = distrusted;
        if (!bad.none()) {
            all.removeIf(bad::hits);
        }
        return all;
    }

    /** From now on nobody finds content in these packs to build upon; readers of what is there already go on. */
    public synchronized void hide(Set<Integer> packs) {
        absent = absent.hide(packs);
    }

    /** Takes {@link #hide} back. */
    public synchronized void show(Set<Integer> packs) {
        absent = absent.show(packs);
    }

    /** These packs are on a cleared list: they count as not there, once and for all. */
    public synchronized void clear(Set<Integer> packs) {
        absent = absent.clear(packs);
    }

    /** Whether nothing new may build upon what the pack holds. */
    public boolean isHidden(int pack) {
        return absent.hides(pack);
    }

    /** Numbers of the packs on cleared lists; a copy. */
    BitSet cleared() {
        return (BitSet) absent.gone().clone();
    }

    /** Whether the pack is on a cleared list. */
    public boolean isCleared(int pack) {
        return absent.gone().get(pack);
    }

    /**
     * What was found damaged or missing is stored anew when it comes along again. Nothing is forgotten: until then a reader
     * may still find it readable.
     */
    public synchronized void distrust(Damage damage) {
        if (!distrusted.covers(damage)) {
            distrusted = distrusted.plus(damage);
        }
    }

    /** All of these packs were read and proved: what is distrusted in them is what was found, and nothing else. */
    public synchronized void verified(Set<Integer> packs, Damage found) {
        if (found.none() && distrusted.none()) {
            return;
        }
        distrust(found);
        Damage rest = distrusted.keeping(p -> !packs.contains(p)).plus(found);
        if (!rest.equals(distrusted)) {
            distrusted = rest;
        }
    }

    /** What is distrusted by now. */
    public Damage distrusted() {
        return distrusted;
    }

    /**
     * All copies of it that may be there: those in hidden packs after others, those that are distrusted last. If there seems to be none
     * that is sound, the local files' filters are not believed and everything is looked at.
     *
     * @throws DoppelException if a local index file is spoilt and cannot be made again
     */
    public List<Location> find(byte[] id) throws DoppelException {
        List<Location> all = ordered(id, true);
        Damage bad = distrusted;
        return all.stream().allMatch(bad::hits) ? ordered(id, false) : all;
    }

    /** The same copies in the same order; the filters are believed only if {@code filtered}. */
    List<Location> ordered(byte[] id, boolean filtered) throws DoppelException {
        Comparator<Location> order = byTrust();
        Absence away = absent;
        List<Location> all = all(id, filtered);
        if (!away.none()) {
            all.removeIf(l -> away.gone().get(l.pack()));
        }
        if (all.size() > 1) {
            all.sort(order);
        }
        return all;
    }

    /** Copies in hidden packs after others, those that are distrusted last; as it is now. */
    Comparator<Location> byTrust() {
        Damage bad = distrusted;
        Absence away = absent;
        return Comparator.comparing(bad::hits).thenComparing(l -> away.hidden().get(l.pack()));
    }

    private List<Location> all(byte[] id, boolean filtered) throws DoppelException {
        ByteBuffer b = ByteBuffer.wrap(id);
        long k0 = b.getLong();
        long k1 = b.getLong();
        Copies copies = new Copies();
        // a pack goes from the heap to a segment only when the segment is there: looked at in this order, it is in one
        // of them
        if (freshEntries > 0) {
            lock.readLock().lock();
            try {
                fresh.find(k0, k1, (slot, place, lengths) -> copies.add(PackedEntry.pack(place), place, lengths));
            } finally {
                lock.readLock().unlock();
            }
        }
        for (Attached a : attached) {
            int[] numbers = a.numbers();
            a.segment()
                    .find(
                            k0,
                            k1,
                            filtered,
                            (entry, place, lengths) -> copies.add(numbers[PackedEntry.pack(place)], place, lengths));
        }
        return copies.found;
    }

    /** Collects copies; two segments may tell of the same one. */
    private static final class Copies {
        private final List<Location> found = new ArrayList<>();

        void add(int pack, long place, long lengths) {
            Location copy = PackedEntry.location(pack, place, lengths);
            if (!found.contains(copy)) {
                found.add(copy);
            }
        }
    }

    /** What is known now, whatever comes later. Safe for several threads. */
    static final class Snapshot {
        private final HeapTable fresh;
        private final Attached[] attached;
        private final int packs;

        private Snapshot(HeapTable fresh, Attached[] attached, int packs) {
            this.fresh = fresh;
            this.attached = attached;
            this.packs = packs;
        }

        /** Told of copies. */
        @FunctionalInterface
        interface Hits {
            /** A copy: entry number {@code entry} of part number {@code part}. */
            void copy(int part, long entry, Location at);
        }

        /** How many parts there are; their numbers are 0 to one less. */
        int parts() {
            return attached.length + 1;
        }

        /** How many entries the part has; their numbers are 0 to one less. */
        long entries(int part) {
            return part == attached.length
                    ? fresh.slots()
                    : attached[part].segment().entries();
        }

        /** How many packs there are; their numbers are 0 to one less. */
        int packs() {
            return packs;
        }

        /** Tells of all copies; the local files' filters are believed only if {@code filtered}. */
        void find(long k0, long k1, boolean filtered, Hits hits) throws DoppelException {
            fresh.find(
                    k0,
                    k1,
                    (slot, place, lengths) -> hits.copy(
                            attached.length, slot, PackedEntry.location(PackedEntry.pack(place), place, lengths)));
            for (int part = 0; part < attached.length; part++) {
                int number = part;
                int[] numbers = attached[part].numbers();
                attached[part]
                        .segment()
                        .find(
                                k0,
                                k1,
                                filtered,
                                (entry, place, lengths) -> hits.copy(
                                        number,
                                        entry,
                                        PackedEntry.location(numbers[PackedEntry.pack(place)], place, lengths)));
            }
        }
    }

    /** What is known now. */
    Snapshot snapshot() {
        lock.readLock().lock();
        try {
            return new Snapshot(fresh.keeping(pack -> true), attached, packs.size());
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Whether the pack is known. */
    public boolean knowsPack(String name) {
        return packNumber(name) >= 0;
    }

    /** Number of the pack of that name, or −1. */
    public int packNumber(String name) {
        lock.readLock().lock();
        try {
            return packs.number(name);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** How many packs are known; their numbers are 0 to one less. */
    public int packCount() {
        lock.readLock().lock();
        try {
            return packs.size();
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Bytes of all packs that are known and not on a cleared list. */
    public long packBytes() {
        BitSet gone = absent.gone();
        lock.readLock().lock();
        try {
            return packs.bytes() - gone.stream().mapToLong(packs::size).sum();
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Bytes before compression of all chunks in packs that are known and not on a cleared list; of each copy, if there are several. */
    public long dataRawBytes() {
        BitSet gone = absent.gone();
        lock.readLock().lock();
        try {
            return packs.dataRaw()
                    - gone.stream()
                            .filter(p -> packs.kind(p) == ObjectKind.DATA)
                            .mapToLong(packs::raw)
                            .sum();
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Name of a pack's object. */
    public String packObject(int pack) {
        return packKind(pack).objectName(packName(pack));
    }

    /** Name of a pack. */
    public String packName(int pack) {
        lock.readLock().lock();
        try {
            return packs.name(pack);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** What a pack holds. */
    public ObjectKind packKind(int pack) {
        lock.readLock().lock();
        try {
            return packs.kind(pack);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Bytes of a pack's object. */
    public long packSize(int pack) {
        lock.readLock().lock();
        try {
            return packs.size(pack);
        } finally {
            lock.readLock().unlock();
        }
    }
}
