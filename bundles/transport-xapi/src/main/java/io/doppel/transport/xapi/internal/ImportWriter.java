package io.doppel.transport.xapi.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.xapi.XapiSession;
import io.doppel.xapi.stream.RawImport;
import io.doppel.xapi.stream.StreamError;
import io.doppel.xapi.stream.XapiStreams;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/**
 * Writes a disk of a pool by raw imports. An import begins with the first write; {@link #flush()} ends it and returns when the
 * pool says that it succeeded; a later write begins another one. An import that failed takes everything with it, because
 * nobody knows what of it arrived.
 *
 * <p>Hosts take whole blocks. Parts of blocks are kept until the rest comes; what is still a part at a flush is filled with
 * zeros on a fresh disk to which that block was never sent, else with what the disk holds there, for which it is exported
 * once: rare, because the mover writes neighbours.
 *
 * <p>Disks of up to 8 TiB. Memory: 20 MiB for parts, and 32 MiB for each TiB of the disk to know what was sent.
 */
final class ImportWriter implements DiskWriter {
    private static final int BLOCK = Edges.BLOCK;
    private static final int FRAME = 1 << 20;
    private static final byte[] ZEROS = new byte[FRAME];

    /** What comes from the vault is decompressed and checked by as many threads as work on segments. */
    private static final int PARALLELISM = 4;

    private final XapiStreams streams;
    private final XapiSession session;
    private final String vdi;
    private final long size;
    private final boolean fresh;
    private final Former former;
    private final Edges edges = new Edges();
    /** Blocks that were sent. */
    private final BitSet sent = new BitSet();

    /** The import under way; null if none. Read without the lock by {@link #close()}, which ends writes that wait. */
    private volatile RawImport current;

    private volatile boolean closed;
    private DoppelException lost;

    /** Opens the disk for reading. */
    @FunctionalInterface
    interface Former {
        /** What it holds now. */
        DiskReader open() throws DoppelException;
    }

    /**
     * @param session closed with the writer
     * @param fresh whether the disk was just made and reads as zeros
     */
    ImportWriter(XapiStreams streams, XapiSession session, String vdi, long size, boolean fresh, Former former)
            throws DoppelException {
        if (size % RawImport.SECTOR != 0) {
            throw Access.bad("a disk of " + size + " bytes, which are no whole sectors, cannot be written", null);
        }
        if (size / BLOCK > Integer.MAX_VALUE) {
            throw Access.bad("a disk of " + size + " bytes is too large to be written by imports", null);
        }
        this.streams = streams;
        this.session = session;
        this.vdi = vdi;
        this.size = size;
        this.fresh = fresh;
        this.former = former;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean startsZeroed() {
        return fresh;
    }

    @Override
    public int parallelism() {
        return PARALLELISM;
    }

    @Override
    public synchronized void write(long offset, byte[] buffer, int from, int length) throws DoppelException {
        check(offset, length);
        long at = offset;
        long end = offset + length;
        while (at < end) {
            int here = from + (int) (at - offset);
            long whole = wholeBlocks(at, end);
            if (whole > at) {
                edges.removeAll(at / BLOCK, blockBehind(whole));
                send(at, buffer, here, whole - at);
                at = whole;
            } else {
                long to = Math.min(end, blockEnd(at));
                edges.at(at / BLOCK).write((int) (at % BLOCK), buffer, here, (int) (to - at));
                settle(at / BLOCK);
                at = to;
            }
        }
        relieve();
    }

    @Override
    public synchronized void zero(long offset, long length) throws DoppelException {
        check(offset, length);
        long at = offset;
        long end = offset + length;
        while (at < end) {
            long whole = wholeBlocks(at, end);
            if (whole > at) {
                edges.removeAll(at / BLOCK, blockBehind(whole));
                sendZeros(at, whole);
                at = whole;
            } else {
                long to = Math.min(end, blockEnd(at));
                long block = at / BLOCK;
                if (edges.has(block) || !isZeroNow(block)) {
                    edges.at(block).zero((int) (at % BLOCK), (int) (to - at));
                    settle(block);
                }
                at = to;
            }
        }
        relieve();
    }

    /** End of the whole blocks from {@code at} on; {@code at} if it is inside a block or the block's end is beyond. */
    private long wholeBlocks(long at, long end) {
        if (at % BLOCK != 0) {
            return at;
        }
        return end == size ? end : Math.max(at, end - end % BLOCK);
    }

    private long blockEnd(long at) {
        return Math.min(size, at - at % BLOCK + BLOCK);
    }

    /** Number of the first block that is not before {@code end}. */
    private static long blockBehind(long end) {
        return (end + BLOCK - 1) / BLOCK;
    }

    private int blockLength(long block) {
        return (int) Math.min(BLOCK, size - block * BLOCK);
    }

    private boolean isZeroNow(long block) {
        return fresh && !sent.get((int) block);
    }

    /** Sends a block if all of it was written. */
    private void settle(long block) throws DoppelException {
        if (edges.at(block).isFull(blockLength(block))) {
            sendPart(block);
        }
    }

    private void sendZeros(long from, long to) throws DoppelException {
        long at = from;
        while (at < to) {
            int block = (int) (at / BLOCK);
            if (isZeroNow(block)) {
                int next = sent.nextSetBit(block);
                at = next < 0 ? to : Math.min(to, (long) next * BLOCK);
            } else {
                long end = fresh ? Math.min(to, (long) sent.nextClearBit(block) * BLOCK) : to;
                while (at < end) {
                    long count = Math.min(FRAME, end - at);
                    send(at, ZEROS, 0, count);
                    at += count;
                }
            }
        }
    }

    private void send(long offset, byte[] buffer, int from, long length) throws DoppelException {
        try {
            if (current == null) {
                current = streams.importRaw(vdi);
                if (closed) {
                    endImport();
                    throw new IllegalStateException("The writer is closed");
                }
            }
            for (long done = 0; done < length; done += FRAME) {
                current.write(offset + done, buffer, from + (int) done, (int) Math.min(FRAME, length - done));
            }
        } catch (DoppelException e) {
            lost = e;
            throw e;
        }
        sent.set((int) (offset / BLOCK), (int) blockBehind(offset + length));
    }

    private void relieve() throws DoppelException {
        if (edges.size() > Edges.MOST) {
            fill();
        }
    }

    /** Makes whole blocks of all parts, and sends them. */
    private void fill() throws DoppelException {
        List<Long> blocks =
                edges.all().keySet().stream().filter(this::isZeroNow).toList();
        for (long block : blocks) {
            sendPart(block);
        }
        if (edges.size() > 0) {
            complete();
            byte[] held = new byte[BLOCK];
            try (DiskReader reader = former.open()) {
                for (Map.Entry<Long, Edges.Edge> part : edges.all().entrySet()) {
                    int length = blockLength(part.getKey());
                    reader.read(part.getKey() * BLOCK, held, 0, length);
                    part.getValue().fill(held, length);
                }
                reader.verifyUnchanged();
            }
            for (long block : List.copyOf(edges.all().keySet())) {
                sendPart(block);
            }
        }
    }

    private void sendPart(long block) throws DoppelException {
        byte[] bytes = edges.at(block).bytes();
        edges.remove(block);
        send(block * BLOCK, bytes, 0, blockLength(block));
    }

    @Override
    public synchronized void flush() throws DoppelException {
        check(0, 0);
        fill();
        complete();
    }

    private void complete() throws DoppelException {
        if (current != null) {
            try {
                current.complete();
            } catch (DoppelException e) {
                lost = e;
                throw e;
            } finally {
                endImport();
            }
        }
    }

    private void endImport() {
        RawImport ended = current;
        current = null;
        if (ended != null) {
            ended.close();
        }
    }

    private void check(long offset, long length) throws DoppelException {
        if (closed) {
            throw new IllegalStateException("The writer is closed");
        }
        if (offset < 0 || length < 0 || offset > size - length) {
            throw new IndexOutOfBoundsException(offset + "+" + length + " of " + size);
        }
        if (lost != null) {
            throw new DoppelException(
                    StreamError.IMPORT_LOST, "The import into disk " + vdi + " failed before: " + lost.what(), lost);
        }
    }

    /** Ends an import under way without success: what was not flushed is in doubt. */
    @Override
    public void close() {
        closed = true;
        RawImport ended = current;
        if (ended != null) {
            ended.close();
        }
        session.close();
    }
}
