package io.doppel.mover;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import io.doppel.vault.RateLimit;
import java.util.List;

/** A source that counts, keeps to a rate and stops when told to. */
final class MeteredReader implements DiskReader {

    private final DiskReader source;
    private final Meter meter;
    private final RateLimit limit;
    private final RateLimit.Stop stop;

    MeteredReader(DiskReader source, Meter meter, RateLimit limit, RateLimit.Stop stop) {
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
        source.read(offset, buffer, from, length);
        meter.read(length);
    }

    @Override
    public List<ByteRange> allocated(ByteRange range) throws DoppelException {
        stop.check();
        return source.allocated(range);
    }

    @Override
    public int parallelism() {
        return source.parallelism();
    }

    @Override
    public void verifyUnchanged() throws DoppelException {
        source.verifyUnchanged();
    }

    @Override
    public void close() throws DoppelException {
        source.close();
    }
}
