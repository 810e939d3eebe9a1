package io.doppel.spi.hypervisor;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.Machine;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * One host or pool, connected. Methods are called from several threads. They do not retry and create no threads that
 * outlive {@link #close()}; retry, limits and caching are the core's.
 */
@ConsumerType
public interface HypervisorHost extends AutoCloseable {
    /** The machines with their disks as they are now. Our own helpers and hidden templates are left out. */
    List<Machine> machines() throws DoppelException;

    /**
     * Takes a snapshot of a machine, or, where the hypervisor has none, a view that {@code DiskReader.verifyUnchanged}
     * guards. {@code work} may be used until the snapshot is closed. Not idempotent: each call makes a new one. On failure nothing is left on the host.
     */
    Snapshot snapshot(SnapshotRequest request, HostWork work) throws DoppelException;

    /** Frees a change base that is no longer needed. Idempotent; an unknown token does nothing. */
    void releaseBase(BaseToken token) throws DoppelException;

    /**
     * Makes ready to write a machine's disks: a new machine, or new disks beside those of the original. Nothing that
     * exists is changed before {@link RestoreTarget#finish()}. {@code work} may be used until the target is closed.
     */
    RestoreTarget prepareRestore(RestoreRequest request, HostWork work) throws DoppelException;

    /** Restores over an original whose old disks are kept until somebody confirms. */
    List<KeptOriginal> keptOriginals() throws DoppelException;

    /** Deletes the old disks of a restore over the original for good. Idempotent. */
    void confirmRestore(String restoreId) throws DoppelException;

    /**
     * Removes what runs of this installation left behind: snapshots, half-made machines, helpers. Never touches items of
     * another installation, nor items younger than {@code minimumAge}, nor the change bases in {@code wanted}, nor kept
     * originals.
     *
     * @param wanted every change base of this host that the installation still knows; others of it are leftovers
     * @return one line for each thing removed
     */
    List<String> sweep(Duration minimumAge, Collection<BaseToken> wanted) throws DoppelException;

    /** Instant restore, where the hypervisor can do it. */
    default Optional<InstantRestore> instantRestore() {
        return Optional.empty();
    }

    /** Starting and removing machines, where the plug-in can do it: boot tests. */
    default Optional<MachineControl> control() {
        return Optional.empty();
    }

    /** Whole machines as streams, where the hypervisor can do it: Standard replication. */
    default Optional<MachineStreams> streams() {
        return Optional.empty();
    }

    /** Ends the connection and every thread of it. A second close does nothing. */
    @Override
    void close();
}
