package io.doppel.disks;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;

/** A disk in memory that says of each unit whether it holds only zeros. */
class MemoryDisk implements DiskReader {
    private final byte[] content;
    private final int unit;
    final AtomicInteger checks = new AtomicInteger();

    MemoryDisk(byte[] content, int unit) {
        this.content = content;
        this.unit = unit;
    }

    @Override
    public long size() {
        return content.length;
    }

    @Override
    public void read(long offset, byte[] buffer, int from, int length) throws DoppelException {
        System.arraycopy(content, Math.toIntExact(offset), buffer, from, length);
    }

    @Override
    public List<ByteRange> allocated(ByteRange range) {
        long end = Math.min(range.end(), content.length);
        return LongStream.iterate(range.offset() / unit * unit, at -> at < end, at -> at + unit)
                .filter(this::holdsData)
                .mapToObj(at -> {
                    long from = Math.max(at, range.offset());
                    return new ByteRange(from, Math.min(at + unit, end) - from);
                })
                .toList();
    }

    private boolean holdsData(long at) {
        for (long i = at; i < Math.min(at + unit, content.length); i++) {
            if (content[(int) i] != 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    public int parallelism() {
        return 3;
    }

    @Override
    public void verifyUnchanged() {
        checks.incrementAndGet();
    }

    @Override
    public void close() {}
}
