package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import java.util.BitSet;

/** Finds out which blocks of a disk have to be there. */
final class Units {
    /** A source may list every 4 KiB of a window on its own; that many at once stay small. */
    private static final long WINDOW = 1L << 30;

    private Units() {}

    /** The numbers of the units that may hold something other than zeros. Reads no data. */
    static BitSet allocated(DiskReader source, int unit) throws DoppelException {
        BitSet found = new BitSet();
        long size = source.size();
        for (long at = 0; at < size; at += WINDOW) {
            for (ByteRange range : source.allocated(new ByteRange(at, Math.min(WINDOW, size - at)))) {
                mark(found, range, unit);
            }
        }
        return found;
    }

    static void mark(BitSet found, ByteRange range, int unit) {
        if (range.length() > 0) {
            found.set(Math.toIntExact(range.offset() / unit), Math.toIntExact((range.end() - 1) / unit + 1));
        }
    }
}
