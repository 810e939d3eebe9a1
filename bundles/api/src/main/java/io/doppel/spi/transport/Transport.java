package io.doppel.spi.transport;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.secret.SecretStore;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.DiskWriter;
import org.osgi.annotation.versioning.ConsumerType;

/** Opens disk accesses of some kinds: a service a plug-in registers. Stateless; called from any thread. */
@ConsumerType
public interface Transport {
    /** Short word in lower case for logs. */
    String name();

    /** Whether this transport can open the access for reading, or, if it is writable, for both. Looks at it only. */
    boolean supports(DiskAccess access);

    /**
     * Opens a disk for reading.
     *
     * @param access an access that {@link #supports} accepts
     * @param secrets resolves the access's references
     * @param cancel of the work that the disk is opened for; ends the wait for a peer within seconds
     * @throws DoppelException coded, the token's reason if it was cancelled; nothing is left open then
     */
    DiskReader openReader(DiskAccess access, SecretStore secrets, CancelToken cancel) throws DoppelException;

    /** Opens a disk for reading; nobody cancels that. */
    default DiskReader openReader(DiskAccess access, SecretStore secrets) throws DoppelException {
        return openReader(access, secrets, CancelToken.NEVER);
    }

    /** Opens a writable disk for writing; otherwise as {@link #openReader}. */
    DiskWriter openWriter(DiskAccess access, SecretStore secrets, CancelToken cancel) throws DoppelException;

    /** Opens a writable disk for writing; nobody cancels that. */
    default DiskWriter openWriter(DiskAccess access, SecretStore secrets) throws DoppelException {
        return openWriter(access, secrets, CancelToken.NEVER);
    }
}
