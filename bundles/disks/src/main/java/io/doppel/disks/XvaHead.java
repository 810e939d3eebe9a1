package io.doppel.disks;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.internal.XvaDescriptionFile;
import java.io.IOException;
import java.io.InputStream;

/**
 * The beginning of an XVA that is not compressed, for a description that is read or changed while the disks behind it pass on
 * as they are. Memory: the description, at most 16 MiB.
 */
public final class XvaHead {
    private XvaHead() {}

    /**
     * Reads the description, and not one byte of what comes behind it.
     *
     * @throws DoppelException as {@link XvaReader#read}; {@link DiskError#CORRUPT} also for a stream that is compressed
     * @throws IOException what reading the stream threw
     */
    public static XvaManifest read(InputStream in) throws DoppelException, IOException {
        return XvaDescriptionFile.read(in);
    }

    /** The bytes with which a stream of that description begins; the disks follow. */
    public static byte[] of(XmlRpcValue ova) {
        return XvaDescriptionFile.bytes(ova);
    }
}
