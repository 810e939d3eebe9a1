package io.doppel.mover;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.spi.processor.TransferResult;
import io.doppel.vault.VersionDisk;
import io.doppel.vault.chunk.Layout;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes a version's disk to a target disk. */
final class WriteWork implements DiskWork {
    private final VersionDisk source;
    private final DiskWriter target;
    private final Meter meter;
    private final RateLimit limit;
    private final MeteredReader.Stop stop;
    private long position;
    private TransferResult.DiskResult result;

    WriteWork(VersionDisk source, DiskWriter target, Meter meter, RateLimit limit, MeteredReader.Stop stop) {
        this.source = source;
        this.target = target;
        this.meter = meter;
        this.limit = limit;
        this.stop = stop;
    }

    @Override
    public Optional<Segment> next() {
        if (position >= source.size()) {
            return Optional.empty();
        }
        long start = position;
        position = Math.min(start + Layout.SEGMENT, source.size());
        return Optional.of(new Segment(start, position, List.of()));
    }

    @Override
    public int parallelism() {
        return target.parallelism();
    }

    @Override
    public void process(Segment segment, Workspace workspace) throws DoppelException {
        long[] writtenTo = {segment.start()};
        workspace.reader(source).read(segment.start(), segment.end(), (offset, buffer, from, length) -> {
            stop.check();
            limit.take(length, stop);
            gap(writtenTo[0], offset);
            target.write(offset, buffer, from, length);
            writtenTo[0] = offset + length;
            meter.read(length);
            meter.stored(length);
            meter.done(length);
        });
        gap(writtenTo[0], segment.end());
    }

    private void gap(long from, long to) throws DoppelException {
        if (to > from) {
            if (!target.startsZeroed()) {
                target.zero(from, to - from);
            }
            meter.skipped(to - from);
        }
    }

    @Override
    public void finish() throws DoppelException {
        target.flush();
        result = new TransferResult.DiskResult(source.size(), meter.progress().stored(), meter.end(), Map.of());
    }

    TransferResult.DiskResult result() {
        return result;
    }

    /** Reads a written disk back and compares it with the version. */
    static final class Check implements DiskWork {
        private final String diskKey;
        private final VersionDisk version;
        private final DiskReader written;
        private long position;

        Check(String diskKey, VersionDisk version, DiskReader written) {
            this.diskKey = diskKey;
            this.version = version;
            this.written = written;
        }

        @Override
        public Optional<Segment> next() {
            if (position >= version.size()) {
                return Optional.empty();
            }
            long start = position;
            position = Math.min(start + Layout.SEGMENT, version.size());
            return Optional.of(new Segment(start, position, List.of()));
        }

        @Override
        public void process(Segment segment, Workspace workspace) throws DoppelException {
            long bad = workspace.reader(version).compare(segment.start(), segment.end(), written);
            if (bad >= 0) {
                throw new DoppelException(MoverError.VERIFY, "Disk '" + diskKey + "' differs at byte " + bad);
            }
        }

        @Override
        public int parallelism() {
            return written.parallelism();
        }

        @Override
        public void finish() {}
    }
}
