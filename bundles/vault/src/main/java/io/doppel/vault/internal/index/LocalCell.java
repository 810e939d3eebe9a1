package io.doppel.vault.internal.index;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * A cell of a local index file: up to 31 entries sorted by id, with a checksum that binds them to segment and place, so what a disk
 * has spoilt or mixed up is noticed with each look. One instance serves one thread.
 */
final class LocalCell {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final int NUMBER_AT = 4;
    private static final int COUNT_AT = 12;
    private static final int SEGMENT_AT = 16;

    private final byte[] bytes = new byte[LocalLayout.CELL];
    private final CRC32C crc = new CRC32C();

    /** Writes the header of a cell whose entries end at the buffer's position, and zeros behind them. */
    static void seal(ByteBuffer cell, String segment, long number) {
        int entries = (cell.position() - LocalLayout.CELL_HEADER) / LocalLayout.ENTRY;
        while (cell.hasRemaining()) {
            cell.put((byte) 0);
        }
        cell.putLong(NUMBER_AT, number).putInt(COUNT_AT, entries);
        cell.put(SEGMENT_AT, HexFormat.of().parseHex(segment));
        CRC32C crc = new CRC32C();
        crc.update(cell.array(), Integer.BYTES, LocalLayout.CELL - Integer.BYTES);
        cell.putInt(0, (int) crc.getValue());
    }

    /** Takes a copy of a cell; whether it is the one that it should be, as it was written. */
    boolean load(StripedFile file, long at, long segment0, long segment1, long number) throws IOException {
        file.read(at, bytes);
        crc.reset();
        crc.update(bytes, Integer.BYTES, LocalLayout.CELL - Integer.BYTES);
        return (int) INTS.get(bytes, 0) == (int) crc.getValue()
                && longAt(NUMBER_AT) == number
                && longAt(SEGMENT_AT) == segment0
                && longAt(SEGMENT_AT + 8) == segment1
                && size() <= LocalLayout.PER_CELL;
    }

    int size() {
        return (int) INTS.get(bytes, COUNT_AT);
    }

    private long longAt(int at) {
        return (long) LONGS.get(bytes, at);
    }

    private long field(int entry, int field) {
        return longAt(LocalLayout.CELL_HEADER + entry * LocalLayout.ENTRY + field * Long.BYTES);
    }

    /** The top 32 bits of an entry's id. */
    long top(int entry) {
        return field(entry, 0) >>> 32;
    }

    /** Number of the first entry whose id is not below this one. */
    int firstNotBelow(long k0, long k1) {
        int low = 0;
        int high = size();
        while (low < high) {
            int mid = low + high >>> 1;
            int order = Long.compareUnsigned(field(mid, 0), k0);
            if (order < 0 || order == 0 && Long.compareUnsigned(field(mid, 1), k1) < 0) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        return low;
    }

    boolean has(int entry, long k0, long k1) {
        return entry < size() && field(entry, 0) == k0 && field(entry, 1) == k1;
    }

    long place(int entry) {
        return field(entry, 2);
    }

    long lengths(int entry) {
        return field(entry, 3);
    }
}
