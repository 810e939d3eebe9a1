package io.doppel.mover;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Reads a written disk back and compares it with what was written: the data by the checksums that were taken on the way, the rest
 * must be zeros. What was written had proved to be what its ids say, so this finds what the target lost or put elsewhere.
 */
final class ReadBack implements DiskWork {
    private static final byte[] ZEROS = new byte[Workspace.BUFFER];

    private final WriteWork work;
    private final DiskReader written;
    private final SegmentWalk segments;

    ReadBack(WriteWork work, DiskReader written) {
        this.work = work;
        this.written = written;
        this.segments = new SegmentWalk(work.source().size());
    }

    @Override
    public Optional<Segment> next() {
        return segments.next();
    }

    @Override
    public int parallelism() {
        return written.parallelism();
    }

    @Override
    public void interrupt() {
        written.interrupt();
    }

    @Override
    public void process(Segment segment, Workspace workspace) throws DoppelException {
        byte[] buffer = workspace.buffer();
        CRC32C crc = new CRC32C();
        long zerosFrom = segment.start();
        for (ByteRange data : work.dataOf(segment)) {
            checkZeros(zerosFrom, data.offset(), buffer);
            for (long at = data.offset(); at < data.end(); at += buffer.length) {
                int n = read(at, data.end(), buffer);
                crc.update(buffer, 0, n);
            }
            work.meter().done(data.length());
            zerosFrom = data.end();
        }
        checkZeros(zerosFrom, segment.end(), buffer);
        if (crc.getValue() != work.checksum(segment)) {
            throw differs(segment.start(), segment.end());
        }
    }

    private void checkZeros(long from, long to, byte[] buffer) throws DoppelException {
        List<ByteRange> suspects = from < to ? written.allocated(new ByteRange(from, to - from)) : List.of();
        for (ByteRange r : suspects) {
            for (long at = r.offset(); at < r.end(); at += buffer.length) {
                int n = read(at, r.end(), buffer);
                if (!Arrays.equals(buffer, 0, n, ZEROS, 0, n)) {
                    throw differs(at, at + n);
                }
            }
        }
        work.meter().skipped(to - from);
    }

    private int read(long at, long end, byte[] buffer) throws DoppelException {
        work.checkStop();
        int n = (int) Math.min(buffer.length, end - at);
        written.read(at, buffer, 0, n);
        return n;
    }

    private DoppelException differs(long from, long to) {
        return new DoppelException(
                MoverError.VERIFY,
                "Disk '" + work.diskKey() + "' differs from what was written, between the bytes " + from + " and "
                        + to);
    }

    @Override
    public void finish() {}
}
