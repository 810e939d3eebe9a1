package io.doppel.mover;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.spi.processor.TransferResult;
import io.doppel.vault.RateLimit;
import io.doppel.vault.VersionDisk;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;

/** Writes a version's disk to a target disk and keeps a checksum of each segment's data, for reading it back. */
final class WriteWork implements DiskWork {
    private final String diskKey;
    private final VersionDisk source;
    private final DiskWriter target;
    private final Meter meter;
    private final RateLimit limit;
    private final RateLimit.Stop stop;
    private final SegmentWalk segments;
    /** CRC-32C of the data of each segment that has any, by the segment's start. */
    private final Map<Long, Long> checksums = new ConcurrentHashMap<>();

    WriteWork(
            String diskKey, VersionDisk source, DiskWriter target, Meter meter, RateLimit limit, RateLimit.Stop stop) {
        this.diskKey = diskKey;
        this.source = source;
        this.target = target;
        this.meter = meter;
        this.limit = limit;
        this.stop = stop;
        this.segments = new SegmentWalk(source.size());
    }

    @Override
    public Optional<Segment> next() {
        return segments.next();
    }

    @Override
    public int parallelism() {
        return target.parallelism();
    }

    @Override
    public void process(Segment segment, Workspace workspace) throws DoppelException {
        long[] writtenTo = {segment.start()};
        CRC32C crc = new CRC32C();
        workspace.reader(source).read(segment.start(), segment.end(), (offset, buffer, from, length) -> {
            stop.check();
            limit.take(length, stop);
            gap(writtenTo[0], offset);
            crc.update(buffer, from, length);
            target.write(offset, buffer, from, length);
            writtenTo[0] = offset + length;
            meter.read(length);
            meter.stored(length);
            meter.done(length);
        });
        gap(writtenTo[0], segment.end());
        if (crc.getValue() != 0) {
            checksums.put(segment.start(), crc.getValue());
        }
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
    }

    TransferResult.DiskResult result() {
        return new TransferResult.DiskResult(source.size(), meter.progress().stored(), meter.end(), Map.of());
    }

    String diskKey() {
        return diskKey;
    }

    VersionDisk source() {
        return source;
    }

    Meter meter() {
        return meter;
    }

    void checkStop() throws DoppelException {
        stop.check();
    }

    /** Where a segment has data, ascending. */
    List<ByteRange> dataOf(Segment segment) throws DoppelException {
        return source.allocated(new ByteRange(segment.start(), segment.length()));
    }

    /** CRC-32C of a segment's data in order; 0 if it has none. */
    long checksum(Segment segment) {
        return checksums.getOrDefault(segment.start(), 0L);
    }
}
