package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads single numbers of an image's tables through a bounded cache (at most 4 MiB), so that a table of any claimed size
 * costs no memory. Safe for several threads.
 */
final class TableReader {
    private static final int PAGE = 32 << 10;
    private static final int PAGES = 128;
    private static final VarHandle BIG_LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LITTLE_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BIG_INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final ByteSource source;
    private final Map<Long, byte[]> pages = new LinkedHashMap<>(PAGES * 2, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, byte[]> eldest) {
            return size() > PAGES;
        }
    };

    TableReader(ByteSource source) {
        this.source = source;
    }

    /** An unsigned byte. */
    int byteAt(long position) throws DoppelException {
        return page(position, 1)[(int) (position % PAGE)] & 0xFF;
    }

    /** A big-endian 32-bit number; the position is a multiple of 4. */
    long bigInt(long position) throws DoppelException {
        return (int) BIG_INT.get(page(position, 4), (int) (position % PAGE)) & 0xFFFFFFFFL;
    }

    /** A big-endian 64-bit number; the position is a multiple of 8. */
    long bigLong(long position) throws DoppelException {
        return (long) BIG_LONG.get(page(position, 8), (int) (position % PAGE));
    }

    /** A little-endian 64-bit number; the position is a multiple of 8. */
    long littleLong(long position) throws DoppelException {
        return (long) LITTLE_LONG.get(page(position, 8), (int) (position % PAGE));
    }

    private byte[] page(long position, int length) throws DoppelException {
        if (position < 0 || position > source.size() - length) {
            throw new DoppelException(
                    DiskError.TRUNCATED,
                    source.name() + " has " + source.size() + " bytes but its table needs position " + position);
        }
        long number = position / PAGE;
        synchronized (pages) {
            byte[] page = pages.get(number);
            if (page == null) {
                page = new byte[PAGE];
                source.read(number * PAGE, page, 0, (int) Math.min(PAGE, source.size() - number * PAGE));
                pages.put(number, page);
            }
            return page;
        }
    }
}
