package io.doppel.transport.xapi.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import java.util.List;

/** Reads a disk of a stream that others may use too. */
final class SpoolReader implements DiskReader {
    private final SpooledDisk disk;
    private final SharedSpools.Lease lease;
    private volatile boolean closed;
    private volatile boolean interrupted;

    SpoolReader(SpooledDisk disk, SharedSpools.Lease lease) {
        this.disk = disk;
        this.lease = lease;
    }

    @Override
    public long size() {
        return disk.size();
    }

    @Override
    public void read(long offset, byte[] buffer, int from, int length) throws DoppelException {
        checkOpen();
        disk.read(offset, buffer, from, length, () -> interrupted);
    }

    @Override
    public List<ByteRange> allocated(ByteRange range) {
        checkOpen();
        return disk.allocated(range);
    }

    /** Waits for the end of the whole stream, so that nothing of a stream that was cut off is ever declared good. */
    @Override
    public void verifyUnchanged() throws DoppelException {
        checkOpen();
        lease.spool().awaitComplete(() -> interrupted);
    }

    @Override
    public void interrupt() {
        interrupted = true;
        disk.wake();
        lease.spool().wake();
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("The reader is closed");
        }
    }

    @Override
    public void close() throws DoppelException {
        closed = true;
        lease.close();
    }
}
