package io.doppel.disks;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.internal.XvaStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads XVA, the form in which XenServer and XCP-ng export machines: a tar archive, possibly compressed with gzip or zstd as a
 * whole, of {@code ova.xml} and of each disk's chunks with their checksums (XXH64, or SHA-1 as older ones).
 *
 * <p>Every chunk must have its checksum and it must match; every disk that the description announces must come to its end, and
 * the archive to its own, behind which only zeros may be. Anything else is an error, so an export that broke off is never
 * taken for one with empty parts. The description itself carries no checksum unless the whole is compressed.
 *
 * <p>Where a disk's data belongs follows XAPI's own counting: a chunk without bytes, which XAPI sends to keep a
 * connection alive, takes a number but no place.
 *
 * <p>Memory: the description (at most 16 MiB) and one chunk (at most 16 MiB; 1 MiB in all that XAPI writes), and for zstd
 * the window that the sender chose, at most 128 MiB.
 */
public final class XvaReader {
    private XvaReader() {}

    /**
     * Reads a stream to its end. Does not close it.
     *
     * @return the description
     * @throws DoppelException {@link DiskError#NOT_AN_IMAGE}, {@link DiskError#CUT_OFF}, {@link DiskError#BAD_CHECKSUM},
     *     {@link DiskError#CORRUPT} or {@link DiskError#UNSUPPORTED} (older than Rio, special files in the archive); or
     *     what the sink or the watch threw
     * @throws IOException what reading the stream threw
     */
    public static XvaManifest read(InputStream in, XvaSink sink, StreamWatch watch)
            throws DoppelException, IOException {
        return XvaStream.read(in, sink, watch);
    }
}
