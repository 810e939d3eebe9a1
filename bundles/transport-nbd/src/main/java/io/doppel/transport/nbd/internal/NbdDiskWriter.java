package io.doppel.transport.nbd.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.transport.nbd.NbdError;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Writes an export. When a connection breaks, what was written and not flushed may be lost: then everything fails from there
 * on, and the disk has to be written again.
 */
public final class NbdDiskWriter implements DiskWriter {
    private static final int PIECE = 512 << 10;
    private static final int PARALLELISM = 4;
    /** Longest range zeroed at once by a server that may have to write the zeros, and by one that says it need not. */
    private static final long SLOW_STEP = 32 << 20;

    private static final long FAST_STEP = 1 << 30;

    private final Connections connections;
    private final Export export;
    private final int piece;
    private final int flags;
    private final boolean startsZeroed;
    /** Held while a block is read, changed in a part, and written. */
    private final Object partly = new Object();

    private volatile boolean fastZero;

    private NbdDiskWriter(Connections connections) throws DoppelException {
        this.connections = connections;
        this.export = connections.export();
        this.piece = export.piece(PIECE);
        this.flags = !export.canFlush() && export.canFua() ? Proto.FLAG_FUA : 0;
        this.fastZero = export.canFastZero();
        this.startsZeroed = new BlockStatus(connections)
                .allocated(new ByteRange(0, export.size()))
                .isEmpty();
    }

    /**
     * Connects to an export for writing.
     *
     * @param cancel ends the waiting for the server
     * @throws DoppelException {@link NbdError#READ_ONLY} if it cannot be written, or as {@link NbdDiskReader#open}
     */
    public static NbdDiskWriter open(NbdTarget target, Timing timing, CancelToken cancel) throws DoppelException {
        Connections connections = new Connections(target, timing, true, cancel);
        try {
            if (connections.export().readOnly()) {
                throw new DoppelException(NbdError.READ_ONLY, target + " is read-only");
            }
            return new NbdDiskWriter(connections);
        } catch (DoppelException | RuntimeException e) {
            connections.close();
            throw e;
        }
    }

    @Override
    public long size() {
        return export.size();
    }

    @Override
    public boolean startsZeroed() {
        return startsZeroed;
    }

    @Override
    public int parallelism() {
        return PARALLELISM;
    }

    @Override
    public void write(long offset, byte[] buffer, int from, int length) throws DoppelException {
        Objects.checkFromIndexSize(from, length, buffer.length);
        Objects.checkFromIndexSize(offset, (long) length, export.size());
        if (length == 0) {
            return;
        }
        Aligned cut = Aligned.of(offset, length, export.minimum(), export.size());
        if (cut.innerLength() > 0) {
            int inner = from + (int) (cut.inner() - offset);
            connections.mustSucceed(() -> pieces(cut.inner(), buffer, inner, (int) cut.innerLength()));
        }
        edge(cut.begin(), cut.inner(), offset, buffer, from, length);
        edge(cut.innerEnd(), cut.end(), offset, buffer, from, length);
    }

    private List<WriteRequest> pieces(long offset, byte[] data, int from, int length) {
        List<WriteRequest> requests = new ArrayList<>();
        for (int done = 0; done < length; done += piece) {
            requests.add(new WriteRequest(offset + done, data, from + done, Math.min(piece, length - done), flags));
        }
        return requests;
    }

    /** Changes the part of a block that the data covers. */
    private void edge(long begin, long end, long offset, byte[] data, int from, int length) throws DoppelException {
        if (begin == end) {
            return;
        }
        byte[] block = new byte[(int) (end - begin)];
        int first = (int) (Math.max(begin, offset) - begin);
        int last = (int) (Math.min(end, offset + length) - begin);
        synchronized (partly) {
            connections.mustSucceed(() -> List.of(new ReadRequest(begin, block, 0, block.length)));
            System.arraycopy(data, from + (int) (begin + first - offset), block, first, last - first);
            connections.mustSucceed(() -> pieces(begin, block, 0, block.length));
        }
    }

    @Override
    public void zero(long offset, long length) throws DoppelException {
        Objects.checkFromIndexSize(offset, length, export.size());
        Aligned cut = Aligned.of(offset, length, export.minimum(), export.size());
        if (length == 0) {
            return;
        }
        if (!export.canZero() || cut.innerLength() == 0) {
            writeZeros(offset, length);
            return;
        }
        writeZeros(offset, Math.min(cut.inner(), offset + length) - offset);
        for (long at = cut.inner(); at < cut.innerEnd(); ) {
            at += zeroStep(at, cut.innerEnd());
        }
        writeZeros(cut.innerEnd(), offset + length - cut.innerEnd());
    }

    /** Has the server zero whole blocks, and returns how many bytes that were. */
    private long zeroStep(long at, long end) throws DoppelException {
        if (fastZero) {
            int length = (int) Math.min(FAST_STEP, end - at);
            Request failed = connections
                    .execute(() -> List.of(new Request(Proto.WRITE_ZEROES, flags | Proto.FLAG_FAST_ZERO, at, length)))
                    .failed();
            if (failed == null) {
                return length;
            }
            if (failed.error() != Proto.ENOTSUP) {
                throw failed.failure(connections.target());
            }
            fastZero = false;
        }
        int length = (int) Math.min(SLOW_STEP, end - at);
        connections.mustSucceed(() -> List.of(new Request(Proto.WRITE_ZEROES, flags, at, length)));
        return length;
    }

    private void writeZeros(long offset, long length) throws DoppelException {
        byte[] zeros = new byte[(int) Math.min(piece, length)];
        for (long done = 0; done < length; done += zeros.length) {
            write(offset + done, zeros, 0, (int) Math.min(zeros.length, length - done));
        }
    }

    /** {@inheritDoc} A server that knows neither flush nor FUA is taken to have written when it answers. */
    @Override
    public void flush() throws DoppelException {
        connections.checkUnbroken();
        if (export.canFlush()) {
            connections.mustSucceed(() -> List.of(new Request(Proto.FLUSH, 0, 0, 0)));
        }
    }

    @Override
    public void close() {
        connections.close();
    }
}
