package io.doppel.mover;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.processor.AccessFailedException;
import io.doppel.vault.RateLimit;
import java.util.List;

/** A source that counts, keeps to a rate and stops when told to; its failures name its disk. */
final class MeteredReader implements DiskReader {

    private final String diskKey;
    private final DiskReader source;
    private final Meter meter;
    private final RateLimit limit;
    private final RateLimit.Stop stop;

    MeteredReader(String diskKey, DiskReader source, Meter meter, RateLimit limit, RateLimit.Stop stop) {
        this.diskKey = diskKey;
        this.source = source;
        this.meter = meter;
        this.limit = limit;
        this.stop = stop;
    }

    @Override
    public long size() {
        return source.size();
    }

    @Override
    public void read(long offset, byte[] buffer, int from, int length) throws DoppelException {
        stop.check();
        limit.take(length, stop);
        try {
            source.read(offset, buffer, from, length);
        } catch (DoppelException e) {
            throw failed(e);
        }
        meter.read(length);
    }

    @Override
    public List<ByteRange> allocated(ByteRange range) throws DoppelException {
        stop.check();
        try {
            return source.allocated(range);
        } catch (DoppelException e) {
            throw failed(e);
        }
    }

    @Override
    public int parallelism() {
        return source.parallelism();
    }

    @Override
    public void verifyUnchanged() throws DoppelException {
        try {
            source.verifyUnchanged();
        } catch (DoppelException e) {
            throw failed(e);
        }
    }

    @Override
    public void interrupt() {
        source.interrupt();
    }

    /** What failed is the access, unless somebody cancelled it. */
    private DoppelException failed(DoppelException e) {
        return e.is(CommonError.CANCELLED) ? e : new AccessFailedException(diskKey, e);
    }

    @Override
    public void close() throws DoppelException {
        source.close();
    }
}
