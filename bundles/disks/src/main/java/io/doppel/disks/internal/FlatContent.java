package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;

/** A disk that lies in its file as it is, from the first byte on: raw and fixed VHD. */
final class FlatContent implements DiskContent {
    private final ByteSource source;
    private final String format;
    private final long size;

    FlatContent(ByteSource source, String format, long size) {
        this.source = source;
        this.format = format;
        this.size = size;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public String format() {
        return format;
    }

    @Override
    public void read(long offset, byte[] buffer, int from, int length) throws DoppelException {
        source.read(offset, buffer, from, length);
    }

    @Override
    public void allocated(long offset, long end, RangeCollector found) throws DoppelException {
        for (ByteRange range : source.data(new ByteRange(offset, end - offset))) {
            found.add(range.offset(), range.end());
        }
    }
}
