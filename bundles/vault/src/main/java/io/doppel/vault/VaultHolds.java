package io.doppel.vault;

import io.doppel.api.error.DoppelException;
import java.time.Instant;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The holds of an open vault: which versions must not be removed, and why (docs/vault-format.md §13). Works with and without the lease,
 * if the storage lets us write. Safe for several threads; changes are durable on return.
 */
@ProviderType
public interface VaultHolds {
    /**
     * A hold that was found in the vault.
     *
     * @param id its id
     * @param versionId the version; empty if the hold cannot be read, which then keeps all versions
     * @param purpose what for
     * @param server name of the server that put it
     * @param since when
     * @param lasting whether it stays until a person ends it
     * @param problem why it cannot be read; empty if it can
     */
    record Found(
            String id,
            String versionId,
            String purpose,
            String server,
            Instant since,
            boolean lasting,
            String problem) {
        /** Whether it keeps that version from being removed. */
        public boolean keeps(String version) {
            return !problem.isEmpty() || versionId.equals(version);
        }
    }

    /**
     * Holds a version for a run.
     *
     * @param purpose what for, for people
     * @return to be closed when the run has ended, however it has
     * @throws DoppelException {@link VaultError#NO_VERSION} if the version is not there or about to be removed; {@link
     *     VaultError#LEASE_LOST}; the storage's failures; nothing is held then
     */
    Hold forRun(String versionId, String purpose) throws DoppelException;

    /** Holds a version until a person ends that by {@link #remove}; fails as {@link #forRun}. */
    Found add(String versionId, String purpose) throws DoppelException;

    /** All holds, the oldest first, then those that cannot be read. */
    List<Found> all() throws DoppelException;

    /**
     * Ends a hold, whoever put it, readable or not.
     *
     * @return the hold that was
     * @throws DoppelException {@link VaultError#NO_HOLD}
     */
    Found remove(String id) throws DoppelException;

    /**
     * Ends the holds of runs of this installation which this opening of the vault knows nothing of: they did not survive a restart. To
     * be called by who knows that no other opening of this installation is in use.
     */
    void endLeftovers() throws DoppelException;
}
