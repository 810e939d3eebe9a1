package io.doppel.mover;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import java.util.List;

/** A source that counts, keeps to a rate and stops when told to. */
final class MeteredReader implements DiskReader {
    /** Throws when reading shall stop. */
    @FunctionalInterface
    interface Stop {
        void check() throws DoppelException;
    }

    private final DiskReader source;
    private final Meter meter;
    private final RateLimit limit;
    private final Stop stop;

    MeteredReader(DiskReader source, Meter meter, RateLimit limit, Stop stop) {
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
