package io.doppel.mover;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.spi.processor.TransferResult;
import io.doppel.vault.RateLimit;
import io.doppel.vault.VersionDisk;
import io.doppel.vault.chunk.Ranges;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
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
    /** Where data was written in each segment of which something was left out, by the segment's start. */
    private final Map<Long, List<ByteRange>> written = new ConcurrentHashMap<>();

    private final Queue<ByteRange> unreadable = new ConcurrentLinkedQueue<>();
    private final boolean skipDamaged;

    /**
     * Work.
     *
     * @param skipDamaged whether to leave out what cannot be read, and tell it in the result
     */
    WriteWork(
            String diskKey,
            VersionDisk source,
            DiskWriter target,
            boolean skipDamaged,
            Meter meter,
            RateLimit limit,
            RateLimit.Stop stop) {
        this.skipDamaged = skipDamaged;
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

    /** Versions are read from storage and disks written with bounds of their own. */
    @Override
    public void interrupt() {}

    @Override
    public void process(Segment segment, Workspace workspace) throws DoppelException {
        Writing writing = new Writing(segment);
        workspace.reader(source).read(segment.start(), segment.end(), writing);
        writing.end();
    }

    /** Writes a segment's chunks. */
    private final class Writing implements VersionDisk.ChunkSink {
        private final Segment segment;
        private final CRC32C crc = new CRC32C();
        private final List<ByteRange> data = new ArrayList<>();
        private long writtenTo;
        private boolean partial;

        Writing(Segment segment) {
            this.segment = segment;
            this.writtenTo = segment.start();
        }

        @Override
        public void chunk(long offset, byte[] buffer, int from, int length) throws DoppelException {
            stop.check();
            limit.take(length, stop);
            gap(writtenTo, offset);
            crc.update(buffer, from, length);
            target.write(offset, buffer, from, length);
            writtenTo = offset + length;
            Ranges.append(data, offset, writtenTo);
            meter.read(length);
            meter.stored(length);
            meter.done(length);
        }

        @Override
        public void unreadable(long offset, long length, DoppelException why) throws DoppelException {
            if (!skipDamaged) {
                throw why;
            }
            partial = true;
            unreadable.add(new ByteRange(offset, length));
        }

        void end() throws DoppelException {
            gap(writtenTo, segment.end());
            if (crc.getValue() != 0) {
                checksums.put(segment.start(), crc.getValue());
            }
            if (partial) {
                written.put(segment.start(), data);
            }
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
        return new TransferResult.DiskResult(
                source.size(),
                meter.progress().stored(),
                meter.end(),
                Map.of(),
                Ranges.union(List.copyOf(unreadable), List.of()));
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

    /** Where a segment has data that was written, ascending. */
    List<ByteRange> dataOf(Segment segment) throws DoppelException {
        List<ByteRange> partly = written.get(segment.start());
        return partly != null ? partly : source.allocated(new ByteRange(segment.start(), segment.length()));
    }

    /** CRC-32C of a segment's data in order; 0 if it has none. */
    long checksum(Segment segment) {
        return checksums.getOrDefault(segment.start(), 0L);
    }
}
