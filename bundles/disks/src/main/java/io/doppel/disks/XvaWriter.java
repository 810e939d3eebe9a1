package io.doppel.disks;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.internal.XvaPlan;
import io.doppel.spi.disk.DiskReader;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;

/**
 * Writes a machine as an XVA: {@code ova.xml}, then its disks in the order of their references, in chunks of 1 MiB each
 * followed by its XXH64. Parts of zeros are left out, except for the first and the last chunk of each disk.
 *
 * <p>Memory: the description, one bit for each MiB of the disks, and 1 MiB for each read at once, of which there are as many
 * as a source likes, at most 8, and one more. One thread uses an instance; the sources are read by threads that end before
 * {@link #writeTo} returns. The caller closes the sources.
 */
public final class XvaWriter {
    /** Largest disk in bytes that an XVA can hold: its chunks are counted with eight digits. */
    public static final long LARGEST_DISK = 100_000_000L << 20;

    private final XvaPlan plan;

    private XvaWriter(XvaPlan plan) {
        this.plan = plan;
    }

    /**
     * Plans the stream. Reads no data.
     *
     * @param ova the content of {@code ova.xml}
     * @param disks for the reference of each of {@link XvaManifest#disks()} its content; a disk that is smaller than
     *     announced is filled up with zeros
     * @throws IllegalArgumentException if a disk has no content, a content has no disk or is larger than announced, or a
     *     reference is longer than 84 bytes or has other characters than printable ASCII
     * @throws DoppelException {@link DiskError#CORRUPT} if the description makes no sense, {@link DiskError#TOO_LARGE} for a
     *     disk of more than {@link #LARGEST_DISK} bytes, or what a source threw
     */
    public static XvaWriter plan(XmlRpcValue ova, Map<String, DiskReader> disks) throws DoppelException {
        return new XvaWriter(XvaPlan.of(ova, disks));
    }

    /** Exact number of bytes that {@link #writeTo} writes uncompressed. */
    public long length() {
        return plan.length();
    }

    /**
     * Writes the stream, checking each source with {@link DiskReader#verifyUnchanged()} behind its last read, so that what
     * is written of a disk that changed meanwhile is not complete. May be called again. Does not close the stream;
     * flushes it.
     *
     * <p>Uncompressed it writes without pause as long as the sources give data. Compressed, chunks of zeros among what the
     * sources list are left out too; so that a peer does not take a long stretch of them for a dead connection, one of them
     * is sent once 5 seconds have passed without any.
     *
     * @param watch its progress is the bytes before compression, at most {@link #length()}
     * @throws DoppelException what a source or the watch threw
     * @throws IOException what writing to the stream threw
     */
    public void writeTo(OutputStream out, XvaCompression compression, StreamWatch watch)
            throws DoppelException, IOException {
        plan.writeTo(out, compression, watch);
    }
}
