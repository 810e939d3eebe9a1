package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import java.util.Arrays;
import java.util.Optional;

/** A disk whose parts are found through tables; what all such formats have in common. */
abstract class MappedContent implements DiskContent {
    private final ByteSource source;
    private final String format;
    private final long size;
    private final Optional<DiskContent> parent;

    MappedContent(ByteSource source, String format, long size, Optional<DiskContent> parent) {
        this.source = source;
        this.format = format;
        this.size = size;
        this.parent = parent;
    }

    /**
     * Looks up where the disk's bytes from an offset on are.
     *
     * @param offset inside the disk
     * @param most length that the caller can use, at least 1; the answer is no longer
     */
    abstract Extent lookUp(long offset, long most) throws DoppelException;

    /** Reads from a compressed stretch. */
    abstract void readCompressed(long offset, Extent extent, byte[] buffer, int from) throws DoppelException;

    @Override
    public final long size() {
        return size;
    }

    @Override
    public final String format() {
        return format;
    }

    final ByteSource source() {
        return source;
    }

    /** What an unallocated stretch is. */
    final Extent unallocated(long length) {
        return parent.isPresent() ? Extent.parent(length) : Extent.zero(length);
    }

    @Override
    public final void read(long offset, byte[] buffer, int from, int length) throws DoppelException {
        int done = 0;
        while (done < length) {
            Extent extent = stretch(offset + done, length - done);
            int part = (int) extent.length();
            switch (extent.kind()) {
                case ZERO -> Arrays.fill(buffer, from + done, from + done + part, (byte) 0);
                case DATA -> source.read(extent.position(), buffer, from + done, part);
                case COMPRESSED -> readCompressed(offset + done, extent, buffer, from + done);
                case PARENT -> readParent(offset + done, buffer, from + done, part);
            }
            done += part;
        }
    }

    /** A parent may be smaller than its child; behind its end there are zeros. */
    private void readParent(long offset, byte[] buffer, int from, int length) throws DoppelException {
        DiskContent below = parent.orElseThrow();
        int inside = (int) Math.max(0, Math.min(length, below.size() - offset));
        if (inside > 0) {
            below.read(offset, buffer, from, inside);
        }
        Arrays.fill(buffer, from + inside, from + length, (byte) 0);
    }

    @Override
    public final void allocated(long offset, long end, RangeCollector found) throws DoppelException {
        long at = offset;
        while (at < end) {
            Extent extent = stretch(at, end - at);
            long next = at + extent.length();
            switch (extent.kind()) {
                case ZERO -> {}
                case COMPRESSED -> found.add(at, next);
                case DATA -> {
                    // Preallocated images have blocks that are holes in the file.
                    for (ByteRange range : source.data(new ByteRange(extent.position(), extent.length()))) {
                        found.add(range.offset() - extent.position() + at, range.end() - extent.position() + at);
                    }
                }
                case PARENT -> {
                    DiskContent below = parent.orElseThrow();
                    if (at < below.size()) {
                        below.allocated(at, Math.min(next, below.size()), found);
                    }
                }
            }
            at = next;
        }
    }

    /** Looks up and joins what belongs together. */
    private Extent stretch(long offset, long most) throws DoppelException {
        Extent extent = lookUp(offset, most);
        while (extent.length() < most && extent.kind() != Extent.Kind.COMPRESSED) {
            Extent next = lookUp(offset + extent.length(), most - extent.length());
            if (!extent.continuesIn(next)) {
                break;
            }
            extent = extent.extendedBy(next.length());
        }
        return extent;
    }
}
