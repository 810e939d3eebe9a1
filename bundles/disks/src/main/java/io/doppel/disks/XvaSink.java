package io.doppel.disks;

import io.doppel.api.error.DoppelException;
import org.osgi.annotation.versioning.ConsumerType;

/** Takes a machine that comes as an XVA. One thread calls it. */
@ConsumerType
public interface XvaSink {
    /**
     * The description, before any disk.
     *
     * @throws DoppelException ends the reading
     */
    void machine(XvaManifest manifest) throws DoppelException;

    /**
     * A disk begins. Called for each of {@link XvaManifest#disks()} that is not empty, in the order they come. A chunk's data is
     * told only after its checksum was compared; parts of zeros that the stream leaves out are told as absent.
     *
     * @throws DoppelException ends the reading
     */
    DiskSink disk(XvaManifest.Disk disk) throws DoppelException;
}
