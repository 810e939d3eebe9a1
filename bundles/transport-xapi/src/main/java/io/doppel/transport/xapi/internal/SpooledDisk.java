package io.doppel.transport.xapi.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskSink;
import io.doppel.spi.disk.ByteRange;
import io.doppel.xapi.stream.StreamError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * A disk on its way from a stream: what has come can be read, reads of the rest wait. The stream's thread tells what comes,
 * any threads read. Memory: two bits for each 64 KiB of the disk (4 MiB for a TiB) and an entry for each unit that came in
 * part.
 */
final class SpooledDisk implements DiskSink, AutoCloseable {
    private static final int UNIT = 64 << 10;

    private final String name;
    private final long size;
    private final int units;
    private final SpoolFile file;
    private final SpoolFolder.Promise promise;
    /** Units of which everything has come, or of which it is known that nothing comes. */
    private final BitSet arrived = new BitSet();
    /** Units that may hold something other than zeros, of those that have arrived. */
    private final BitSet data = new BitSet();
    /** Bytes that have come of units of which a part has come. */
    private final Map<Integer, Integer> partial = new HashMap<>();

    private DoppelException failure;
    private boolean closed;

    /**
     * @param name for messages
     * @param size bytes
     * @param promise room for what comes
     */
    SpooledDisk(String name, long size, SpoolFile file, SpoolFolder.Promise promise) throws DoppelException {
        this.name = name;
        this.size = size;
        this.units = Math.toIntExact((size + UNIT - 1) / UNIT);
        this.file = file;
        this.promise = promise;
        file.length(size);
    }

    long size() {
        return size;
    }

    /** From now on all but these ranges, ascending and disjoint, is known to be zeros. Called before any data. */
    synchronized void only(List<ByteRange> coming) {
        arrived.set(0, units);
        for (ByteRange range : coming) {
            if (range.offset() < size && range.length() > 0) {
                arrived.clear((int) (range.offset() / UNIT), (int) ((Math.min(range.end(), size) + UNIT - 1) / UNIT));
            }
        }
        notifyAll();
    }

    @Override
    public void data(long offset, byte[] buffer, int from, int length) throws DoppelException {
        int inside = (int) Math.max(0, Math.min(length, size - offset));
        boolean zeros = isZero(buffer, from, inside);
        if (!zeros) {
            file.write(offset, buffer, from, inside);
            promise.used(inside);
        }
        synchronized (this) {
            if (!zeros) {
                data.set((int) (offset / UNIT), (int) ((offset + inside + UNIT - 1) / UNIT));
            }
            arrive(offset, offset + inside);
        }
    }

    @Override
    public void absent(long offset, long length) {
        synchronized (this) {
            arrive(offset, Math.min(size, offset + length));
        }
    }

    @Override
    public synchronized void end() throws DoppelException {
        if (arrived.nextClearBit(0) < units) {
            throw new DoppelException(StreamError.BAD_STREAM, "The stream ended without all of " + name);
        }
    }

    private void arrive(long from, long to) {
        long at = from;
        while (at < to) {
            int unit = (int) (at / UNIT);
            long start = (long) unit * UNIT;
            long end = Math.min(size, start + UNIT);
            if (at == start && to >= end) {
                int last = to >= size ? units : (int) (to / UNIT);
                arrived.set(unit, last);
                at = Math.min(size, (long) last * UNIT);
                continue;
            }
            int here = (int) (Math.min(to, end) - at);
            if (!arrived.get(unit) && partial.merge(unit, here, Integer::sum) == end - start) {
                partial.remove(unit);
                arrived.set(unit);
            }
            at += here;
        }
        notifyAll();
    }

    private static boolean isZero(byte[] bytes, int from, int length) {
        return length == 0
                || bytes[from] == 0 && Arrays.equals(bytes, from, from + length - 1, bytes, from + 1, from + length);
    }

    /** The stream failed: all reads fail from now on. */
    synchronized void fail(DoppelException why) {
        failure = failure == null ? why : failure;
        notifyAll();
    }

    /**
     * Reads; waits for what has not come yet.
     *
     * @param unwanted ends the waiting; looked at after each {@link #wake}
     */
    void read(long offset, byte[] buffer, int from, int length, BooleanSupplier unwanted) throws DoppelException {
        if (offset < 0 || length < 0 || offset > size - length) {
            throw new IndexOutOfBoundsException(offset + "+" + length + " of " + size);
        }
        long at = offset;
        while (at < offset + length) {
            long end = await(at, offset + length, unwanted);
            int to = from + (int) (at - offset);
            int count = (int) (Math.abs(end) - at);
            if (end > 0) {
                file.read(at, buffer, to, count);
            } else {
                Arrays.fill(buffer, to, to + count, (byte) 0);
            }
            at += count;
        }
    }

    /** Waits for the bytes from {@code at}, and says to where they are of one kind: positive with data, negative zeros. */
    private synchronized long await(long at, long end, BooleanSupplier unwanted) throws DoppelException {
        int first = (int) (at / UNIT);
        while (true) {
            if (closed) {
                throw new IllegalStateException(name + " is closed");
            }
            if (failure != null) {
                throw new DoppelException(failure.code(), failure.what(), failure);
            }
            if (arrived.get(first)) {
                boolean full = data.get(first);
                int next = Math.min(
                        arrived.nextClearBit(first), full ? data.nextClearBit(first) : nextOr(data.nextSetBit(first)));
                long to = Math.min(end, (long) next * UNIT);
                return full ? to : -to;
            }
            if (unwanted.getAsBoolean()) {
                throw new DoppelException(CommonError.CANCELLED, "The wait for " + name + " was interrupted");
            }
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new DoppelException(CommonError.CANCELLED, "The wait for " + name + " was interrupted", e);
            }
        }
    }

    /** Lets all who wait look again whether they still want to. */
    synchronized void wake() {
        notifyAll();
    }

    private int nextOr(int bit) {
        return bit < 0 ? units : bit;
    }

    /** What may hold something other than zeros: all that has not come yet, unless it is known that it does not come. */
    synchronized List<ByteRange> allocated(ByteRange range) {
        List<ByteRange> found = new ArrayList<>();
        long end = Math.min(range.end(), size);
        long at = range.offset();
        while (at < end) {
            int unit = (int) (at / UNIT);
            boolean full = mayHold(unit);
            while (unit < units && (long) unit * UNIT < end && mayHold(unit) == full) {
                unit++;
            }
            long to = Math.min(end, (long) unit * UNIT);
            if (full) {
                found.add(new ByteRange(at, to - at));
            }
            at = to;
        }
        return found;
    }

    private boolean mayHold(int unit) {
        return !arrived.get(unit) || data.get(unit);
    }

    @Override
    public void close() throws DoppelException {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        file.close();
    }
}
