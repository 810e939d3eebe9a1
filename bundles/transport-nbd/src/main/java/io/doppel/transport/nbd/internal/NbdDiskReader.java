package io.doppel.transport.nbd.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import io.doppel.transport.nbd.NbdError;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Reads an export. Whatever the server's block sizes, any range can be read. A connection that breaks is replaced and what
 * was read on it is read again, a bounded number of times; each time is a warning.
 */
public final class NbdDiskReader implements DiskReader {
    private static final int PIECE = 512 << 10;
    private static final int PARALLELISM = 4;

    private final Connections connections;
    private final Export export;
    private final BlockStatus status;
    private final int piece;

    private NbdDiskReader(Connections connections) {
        this.connections = connections;
        this.export = connections.export();
        this.status = new BlockStatus(connections);
        this.piece = export.piece(PIECE);
    }

    /**
     * Connects to an export for reading.
     *
     * @param cancel ends the waiting for the server
     */
    public static NbdDiskReader open(NbdTarget target, Timing timing, CancelToken cancel) throws DoppelException {
        return new NbdDiskReader(new Connections(target, timing, false, cancel));
    }

    @Override
    public long size() {
        return export.size();
    }

    @Override
    public int parallelism() {
        return PARALLELISM;
    }

    @Override
    public void read(long offset, byte[] buffer, int from, int length) throws DoppelException {
        Objects.checkFromIndexSize(from, length, buffer.length);
        Objects.checkFromIndexSize(offset, (long) length, export.size());
        if (length == 0) {
            return;
        }
        Aligned cut = Aligned.of(offset, length, export.minimum(), export.size());
        byte[] head = new byte[(int) (cut.inner() - cut.begin())];
        byte[] tail = new byte[(int) (cut.end() - cut.innerEnd())];
        connections.mustSucceed(() -> {
            List<ReadRequest> requests = new ArrayList<>();
            add(requests, cut.begin(), head, 0, head.length);
            add(requests, cut.inner(), buffer, from + (int) (cut.inner() - offset), cut.innerLength());
            add(requests, cut.innerEnd(), tail, 0, tail.length);
            return requests;
        });
        if (head.length > 0) {
            int skipped = (int) (offset - cut.begin());
            System.arraycopy(head, skipped, buffer, from, Math.min(length, head.length - skipped));
        }
        if (tail.length > 0) {
            int count = (int) (offset + length - cut.innerEnd());
            System.arraycopy(tail, 0, buffer, from + length - count, count);
        }
    }

    private void add(List<ReadRequest> requests, long offset, byte[] to, int from, long length) {
        for (long done = 0; done < length; done += piece) {
            int size = (int) Math.min(piece, length - done);
            requests.add(new ReadRequest(offset + done, to, from + (int) done, size));
        }
    }

    /** {@inheritDoc} Without the server's context for it, and when the server fails to tell, everything may be data. */
    @Override
    public List<ByteRange> allocated(ByteRange range) throws DoppelException {
        return status.allocated(range);
    }

    /**
     * The parts of a range that the bitmap of the access says have changed, ascending, disjoint and clipped as in {@link
     * #allocated}.
     *
     * @throws DoppelException {@link io.doppel.transport.nbd.NbdError#NO_BITMAP} if the access names none, or the server's
     *     error
     */
    public List<ByteRange> changed(ByteRange range) throws DoppelException {
        if (export.bitmap() == Export.NONE) {
            throw new DoppelException(NbdError.NO_BITMAP, "No bitmap was asked for in " + connections.target());
        }
        return status.changed(range);
    }

    /** What went wrong so far without ending anything: broken connections, for example; the first of it, bounded. */
    public List<String> warnings() {
        return connections.warnings();
    }

    /** {@inheritDoc} A connection that is just being made takes as long as it takes. */
    @Override
    public void interrupt() {
        connections.close();
    }

    @Override
    public void close() {
        connections.close();
    }
}
