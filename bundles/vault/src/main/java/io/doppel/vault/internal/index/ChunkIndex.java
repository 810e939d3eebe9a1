package io.doppel.vault.internal.index;

import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.pack.RecordInfo;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Where each chunk and node is, for all packs that an open vault knows; a multimap, because several copies may exist. Safe for
 * several threads. Takes 32 bytes a record in an open-addressed table that is at most 70 % full, so 46 to 92 bytes a record.
 *
 * <p>Of an id, 128 bits are kept: ids are keyed, so nobody can make two agree, and a reader's associated data holds the whole id.
 */
public final class ChunkIndex {
    private static final int SLOT = 4;
    private static final int FIRST_SLOTS = 1 << 12;
    private static final int OFFSET_BITS = 40;

    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final PackTable packs = new PackTable();
    private long[] table = new long[FIRST_SLOTS * SLOT];
    private int mask = FIRST_SLOTS - 1;
    private int entries;
    private volatile Damage distrusted = Damage.NONE;
    private volatile Absence absent = Absence.NONE;

    /** Learns of a pack and its records; a pack that is known already is left as it is. Returns its number. */
    public int add(PackInfo info) {
        lock.writeLock().lock();
        try {
            boolean known = packs.contains(info.name());
            int pack = packs.add(new PackTable.Pack(
                    info.name(), info.kind(), info.size(), info.records().size()));
            if (!known) {
                for (RecordInfo r : info.records()) {
                    put(r.id(), 0, pack, r.offset(), r.stored(), r.raw(), r.codec());
                }
            }
            return pack;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** A segment's packs and entries, both or none. */
    void addSegment(List<PackTable.Pack> segmentPacks, ByteBuffer entriesOfSegment) {
        lock.writeLock().lock();
        try {
            int[] numbers = new int[segmentPacks.size()];
            boolean[] skip = new boolean[numbers.length];
            for (int i = 0; i < numbers.length; i++) {
                skip[i] = packs.contains(segmentPacks.get(i).name());
                numbers[i] = packs.add(segmentPacks.get(i));
            }
            while (entriesOfSegment.hasRemaining()) {
                int at = entriesOfSegment.position();
                IndexEntry e = IndexEntry.read(entriesOfSegment);
                if (!skip[e.pack()]) {
                    put(entriesOfSegment.array(), at, numbers[e.pack()], e.offset(), e.stored(), e.raw(), e.codec());
                }
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Number of a pack that holds a copy known and not distrusted, or −1. */
    public int packOf(byte[] id) {
        List<Location> trusted = trusted(id);
        return trusted.isEmpty() ? -1 : trusted.get(0).pack();
    }

    /** All copies of it upon which a new version may build: that are not distrusted and not in hidden packs. */
    public List<Location> trusted(byte[] id) {
        Absence away = absent;
        List<Location> sound = sound(id);
        return away.none()
                ? sound
                : sound.stream().filter(l -> !away.hides(l.pack())).toList();
    }

    /** All copies of it that are not distrusted, those in hidden packs last. */
    public List<Location> sound(byte[] id) {
        Damage bad = distrusted;
        List<Location> all = find(id);
        return bad.none() ? all : all.stream().filter(l -> !bad.hits(l)).toList();
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

    /** What is distrusted by now. */
    public Damage distrusted() {
        return distrusted;
    }

    /** All copies of it that may be there: those in hidden packs after others, those that are distrusted last. */
    public List<Location> find(byte[] id) {
        Damage bad = distrusted;
        Absence away = absent;
        List<Location> all = all(id);
        if (!away.none()) {
            all.removeIf(l -> away.gone().get(l.pack()));
            all.sort(Comparator.comparing(l -> away.hidden().get(l.pack())));
        }
        if (!bad.none() && all.size() > 1) {
            all.sort(Comparator.comparing(bad::hits));
        }
        return all;
    }

    private List<Location> all(byte[] id) {
        lock.readLock().lock();
        try {
            ByteBuffer b = ByteBuffer.wrap(id);
            long k0 = b.getLong();
            long k1 = b.getLong();
            List<Location> found = new ArrayList<>(2);
            for (int s = (int) k0 & mask; table[s * SLOT + 3] != 0; s = (s + 1) & mask) {
                if (table[s * SLOT] == k0 && table[s * SLOT + 1] == k1) {
                    found.add(location(s));
                }
            }
            return found;
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Whether the pack is known. */
    public boolean knowsPack(String name) {
        lock.readLock().lock();
        try {
            return packs.contains(name);
        } finally {
            lock.readLock().unlock();
        }
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

    /** Name of a pack's object. */
    public String packObject(int pack) {
        PackTable.Pack p = pack(pack);
        return p.kind().objectName(p.name());
    }

    /** Name of a pack. */
    public String packName(int pack) {
        return pack(pack).name();
    }

    /** What a pack holds. */
    public ObjectKind packKind(int pack) {
        return pack(pack).kind();
    }

    /** Bytes of a pack's object. */
    public long packSize(int pack) {
        return pack(pack).size();
    }

    private PackTable.Pack pack(int number) {
        lock.readLock().lock();
        try {
            return packs.get(number);
        } finally {
            lock.readLock().unlock();
        }
    }

    private void put(byte[] id, int at, int pack, long offset, int stored, int raw, byte codec) {
        if ((entries + 1) * 10L > (mask + 1L) * 7) {
            grow();
        }
        ByteBuffer b = ByteBuffer.wrap(id, at, 16);
        insert(
                b.getLong(),
                b.getLong(),
                (long) pack << OFFSET_BITS | offset,
                (long) stored << 36 | (long) raw << 12 | (long) codec << 4 | 1);
        entries++;
    }

    private void insert(long k0, long k1, long v0, long v1) {
        int s = (int) k0 & mask;
        while (table[s * SLOT + 3] != 0) {
            s = (s + 1) & mask;
        }
        int i = s * SLOT;
        table[i] = k0;
        table[i + 1] = k1;
        table[i + 2] = v0;
        table[i + 3] = v1;
    }

    private void grow() {
        long[] old = table;
        table = new long[Math.multiplyExact(old.length, 2)];
        mask = table.length / SLOT - 1;
        for (int i = 0; i < old.length; i += SLOT) {
            if (old[i + 3] != 0) {
                insert(old[i], old[i + 1], old[i + 2], old[i + 3]);
            }
        }
    }

    private Location location(int slot) {
        long v0 = table[slot * SLOT + 2];
        long v1 = table[slot * SLOT + 3];
        return new Location(
                (int) (v0 >>> OFFSET_BITS),
                v0 & (1L << OFFSET_BITS) - 1,
                (int) (v1 >>> 36),
                (int) (v1 >>> 12) & 0xFFFFFF,
                (byte) (v1 >>> 4));
    }
}
