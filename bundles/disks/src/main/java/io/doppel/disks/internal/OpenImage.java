package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskImage;
import io.doppel.disks.ImageIdentity;
import io.doppel.spi.disk.ByteRange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** An image with the files it owns. */
final class OpenImage implements DiskImage {
    private final ImageChain chain;
    private final DiskContent content;

    OpenImage(ImageChain chain, DiskContent content) {
        this.chain = chain;
        this.content = content;
    }

    @Override
    public long size() {
        return content.size();
    }

    @Override
    public String format() {
        return content.format();
    }

    @Override
    public List<Path> files() {
        return chain.paths();
    }

    @Override
    public ImageIdentity identity() {
        return chain.identity();
    }

    @Override
    public void read(long offset, byte[] buffer, int from, int length) throws DoppelException {
        Objects.checkFromIndexSize(from, length, buffer.length);
        Objects.checkFromIndexSize(offset, (long) length, size());
        content.read(offset, buffer, from, length);
    }

    @Override
    public List<ByteRange> allocated(ByteRange range) throws DoppelException {
        RangeCollector found = new RangeCollector();
        long end = Math.min(range.end(), size());
        if (range.offset() < end) {
            content.allocated(range.offset(), end, found);
        }
        return found.ranges();
    }

    @Override
    public void verifyUnchanged() throws DoppelException {
        chain.verifyUnchanged();
    }

    @Override
    public boolean mayReopen() {
        return false;
    }

    /** Waits until a later write must show, then checks that there was none. */
    void settle() throws DoppelException {
        FileStates.awaitNextTick(chain.latestStamp());
        chain.verifyUnchanged();
    }

    @Override
    public void close() throws DoppelException {
        try {
            chain.close();
        } catch (IOException e) {
            throw Failures.of(e, chain.paths().get(0).toString());
        }
    }
}
