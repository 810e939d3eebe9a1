package io.doppel.vault.internal.index;

import io.doppel.vault.internal.pack.ObjectKind;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Numbers packs from 0, in the order in which they come. Takes about 50 bytes a pack, in arrays, because a vault of 100 TiB has up to 1.6
 * million. Not safe for several threads.
 */
final class PackTable {
    /** Most packs; their numbers have 24 bits in an entry. */
    static final int MOST = 1 << 24;

    private static final int NAME_DIGITS = 32;
    private static final int KIND_SHIFT = 56;

    private long[] names = new long[16];
    /** The kind's byte on top of the object's bytes. */
    private long[] sizes = new long[8];

    private int[] records = new int[8];
    /** Bytes of the packs' records before compression. */
    private long[] raws = new long[8];
    /** Number plus one, by hash of the name; at most half full. */
    private int[] slots = new int[32];

    private int count;
    private long bytes;
    private long dataRaw;

    /** Number of the pack of that name, which is added if it is not known. */
    int add(String name, ObjectKind kind, long size, int recordCount, long raw) {
        return add(high(name), low(name), kind, size, recordCount, raw);
    }

    /** The same for a table that does not say how many bytes records have before compression. */
    int add(String name, ObjectKind kind, long size, int recordCount) {
        return add(name, kind, size, recordCount, 0);
    }

    int add(long high, long low, ObjectKind kind, long size, int recordCount) {
        return add(high, low, kind, size, recordCount, 0);
    }

    int add(long high, long low, ObjectKind kind, long size, int recordCount, long raw) {
        int known = number(high, low);
        if (known >= 0) {
            return known;
        }
        if (count == MOST || size >>> KIND_SHIFT != 0) {
            throw new IllegalArgumentException("pack " + count + " of " + size + " bytes");
        }
        if (count == records.length) {
            names = Arrays.copyOf(names, names.length * 2);
            sizes = Arrays.copyOf(sizes, sizes.length * 2);
            records = Arrays.copyOf(records, records.length * 2);
            raws = Arrays.copyOf(raws, raws.length * 2);
        }
        if ((count + 1) * 2 > slots.length) {
            slots = new int[slots.length * 2];
            for (int i = 0; i < count; i++) {
                enter(i);
            }
        }
        names[count * 2] = high;
        names[count * 2 + 1] = low;
        sizes[count] = (long) kind.code() << KIND_SHIFT | size;
        records[count] = recordCount;
        raws[count] = raw;
        bytes += size;
        dataRaw += kind == ObjectKind.DATA ? raw : 0;
        enter(count);
        return count++;
    }

    private void enter(int pack) {
        int s = slot(names[pack * 2], names[pack * 2 + 1]);
        while (slots[s] != 0) {
            s = s + 1 & slots.length - 1;
        }
        slots[s] = pack + 1;
    }

    private int slot(long high, long low) {
        long h = (high ^ low) * 0x9E3779B97F4A7C15L;
        return (int) (h >>> 32) & slots.length - 1;
    }

    /** Number of the pack of that name, or −1; also for what is no name of a pack. */
    int number(String name) {
        return isName(name) ? number(high(name), low(name)) : -1;
    }

    int number(long high, long low) {
        for (int s = slot(high, low); slots[s] != 0; s = s + 1 & slots.length - 1) {
            int pack = slots[s] - 1;
            if (names[pack * 2] == high && names[pack * 2 + 1] == low) {
                return pack;
            }
        }
        return -1;
    }

    long high(int pack) {
        return names[pack * 2];
    }

    long low(int pack) {
        return names[pack * 2 + 1];
    }

    String name(int pack) {
        return HexFormat.of().toHexDigits(high(pack)) + HexFormat.of().toHexDigits(low(pack));
    }

    ObjectKind kind(int pack) {
        return ObjectKind.of((int) (sizes[pack] >>> KIND_SHIFT));
    }

    /** Bytes of the pack's object. */
    long size(int pack) {
        return sizes[pack] & (1L << KIND_SHIFT) - 1;
    }

    int records(int pack) {
        return records[pack];
    }

    /** Bytes of a pack's records before compression. */
    long raw(int pack) {
        return raws[pack];
    }

    /** The same of all packs of chunks. */
    long dataRaw() {
        return dataRaw;
    }

    int size() {
        return count;
    }

    /** Bytes of all packs. */
    long bytes() {
        return bytes;
    }

    /** Whether that can be the name of a pack. */
    static boolean isName(String name) {
        return name.length() == NAME_DIGITS && name.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
    }

    private static long high(String name) {
        return HexFormat.fromHexDigitsToLong(name, 0, 16);
    }

    private static long low(String name) {
        return HexFormat.fromHexDigitsToLong(name, 16, NAME_DIGITS);
    }
}
