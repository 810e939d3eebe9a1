package io.doppel.spi.hypervisor;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.Endpoint;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/** Running a machine straight from a version that Doppel exports, then moving it to the host's own storage. */
@ConsumerType
public interface InstantRestore {
    /**
     * Attaches an export as a storage repository of the host. Idempotent for the same repository id.
     *
     * @param repositoryId id given by the core
     * @param export where the export is served
     * @param parameters protocol and path of the export
     */
    void attachRepository(String repositoryId, Endpoint export, Map<String, String> parameters) throws DoppelException;

    /** Starts moving a machine's disks from the export to the host's storage and returns when they are there. */
    void migrateOff(String repositoryId, String machineId, Map<String, String> options) throws DoppelException;

    /** Detaches the export; refuses while a machine uses it. Idempotent. */
    void detachRepository(String repositoryId) throws DoppelException;
}
