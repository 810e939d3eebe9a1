package io.doppel.spi.hypervisor;

import io.doppel.api.error.DoppelException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/** A machine's state at one instant, held until closed. Used by one run; methods are called by one thread at a time. */
@ConsumerType
public interface Snapshot extends AutoCloseable {
    /** When the state was taken. */
    Instant takenAt();

    /** What the disks are equal to. */
    Consistency consistency();

    /** The disks asked for. */
    List<DiskOffer> disks();

    /**
     * What is needed to make the machine again: plug-in's own names to texts, stored with the version as they are and given
     * back at restore. No secrets.
     */
    Map<String, String> machineConfig();

    /**
     * Called once the version is durable: keeps what later runs need as change bases.
     *
     * @param versionId the committed version
     * @return bases, at most one a disk; empty where the hypervisor tracks no changes
     */
    List<BaseToken> commit(String versionId) throws DoppelException;

    /** Removes the snapshot, except what {@link #commit} kept. A second close does nothing. */
    @Override
    void close() throws DoppelException;
}
