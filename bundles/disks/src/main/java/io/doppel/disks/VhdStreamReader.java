package io.doppel.disks;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.internal.VhdStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads dynamic and differencing VHD images front to back, as XenServer and others send them: the copy of the footer, the
 * header, the table, then blocks in any order, then the footer. Names of a parent beside the one in the header, blktap's
 * batmap, and unused space are passed over.
 *
 * <p>Both footers and the header carry checksums, which are checked; the table and the data carry none. A stream that ends
 * early is an error in every case, never zeros.
 *
 * <p>Memory: 1.2 MiB and 9 bytes for each block of the disk (9 MiB for 2040 GiB in blocks of 2 MiB); images of more than
 * 4 194 304 blocks are refused.
 */
public final class VhdStreamReader {
    private VhdStreamReader() {}

    /** Decides where a disk goes when its head is known. */
    @FunctionalInterface
    public interface Target {
        /**
         * Called once, before any data.
         *
         * @throws DoppelException ends the reading
         */
        DiskSink open(VhdStreamInfo info) throws DoppelException;
    }

    /**
     * Reads a stream to its end. Does not close it.
     *
     * @param in the stream; read in pieces of up to 64 KiB
     * @return what the head says
     * @throws DoppelException {@link DiskError#NOT_AN_IMAGE}, {@link DiskError#CUT_OFF}, {@link DiskError#CORRUPT} or {@link
     *     DiskError#UNSUPPORTED} (a fixed disk, too many blocks); or what the target, its sink or the watch threw
     * @throws IOException what reading the stream threw
     */
    public static VhdStreamInfo read(InputStream in, Target target, StreamWatch watch)
            throws DoppelException, IOException {
        return new VhdStream(in, watch).read(target);
    }
}
