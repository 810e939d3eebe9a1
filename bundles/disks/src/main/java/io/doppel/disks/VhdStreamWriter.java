package io.doppel.disks;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.internal.VhdPlan;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Writes a disk as a VHD, front to back, its length known before the first byte. Blocks are of 2 MiB. A disk whose size is
 * no multiple of 512 bytes is filled up with zeros to the next one, because a VHD counts in sectors; any other size is kept
 * exactly, in the footer's current size (the geometry beside it is rounded down and should not be used).
 *
 * <p>Memory: 5 bytes for each block of the disk, and 2 MiB for each read at once, of which there are as many as the source
 * likes, at most 8, and one more. One thread uses an instance; the source's disk is read by threads that end before
 * {@link #writeTo} returns. The caller closes the source.
 */
public final class VhdStreamWriter {
    /** Largest disk in bytes that a VHD can hold. */
    public static final long LARGEST_DISK = 2040L << 30;

    private final VhdPlan plan;

    private VhdStreamWriter(VhdPlan plan) {
        this.plan = plan;
    }

    /**
     * Plans a dynamic VHD: the blocks in which the source may have something other than zeros. Reads no data.
     *
     * @param id unique id of the image, by which a later differencing one names it
     * @param made time stamp; seconds count
     * @throws DoppelException {@link DiskError#TOO_LARGE}, or what the source threw
     */
    public static VhdStreamWriter dynamic(DiskReader source, UUID id, Instant made) throws DoppelException {
        return new VhdStreamWriter(VhdPlan.dynamic(source, id, made));
    }

    /**
     * Plans a differencing VHD: the sectors touched by the changed ranges, with what the source holds there, zeros too.
     *
     * @param source the disk as it is now
     * @param changed where it may differ from the parent; in any order; parts outside the disk count as nothing
     * @param id unique id of the image
     * @param made time stamp; seconds count
     * @throws DoppelException {@link DiskError#TOO_LARGE}
     */
    public static VhdStreamWriter differencing(
            DiskReader source, List<ByteRange> changed, VhdParent parent, UUID id, Instant made)
            throws DoppelException {
        return new VhdStreamWriter(VhdPlan.differencing(source, changed, parent, id, made));
    }

    /** Exact number of bytes that {@link #writeTo} writes. */
    public long length() {
        return plan.length();
    }

    /**
     * Writes the image, checking with {@link DiskReader#verifyUnchanged()} before its last sector, so that an image of a
     * disk that changed meanwhile is not complete. May be called again. Does not close the stream; flushes it.
     *
     * @param watch its progress is out of {@link #length()}
     * @throws DoppelException what the source or the watch threw
     * @throws IOException what writing to the stream threw
     */
    public void writeTo(OutputStream out, StreamWatch watch) throws DoppelException, IOException {
        plan.writeTo(out, watch);
    }
}
