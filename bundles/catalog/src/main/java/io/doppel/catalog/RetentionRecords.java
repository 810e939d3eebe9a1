package io.doppel.catalog;

import io.doppel.api.error.DoppelException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What decides which versions are kept. All of it goes by the vault's own id and so is there again when a vault that was
 * forgotten is attached anew, whatever its name, and when its versions are read anew. Safe for several threads; changes are
 * durable on return. Times are kept to the microsecond.
 */
@ProviderType
public interface RetentionRecords {
    /** Keeps a policy, replacing one of the same scope. */
    void putPolicy(PolicyRecord policy) throws DoppelException;

    /**
     * Forgets a policy.
     *
     * @return whether there was one
     */
    boolean removePolicy(PolicyRecord.Scope scope) throws DoppelException;

    /** All policies: roles before vaults, all machines before one. */
    List<PolicyRecord> policies() throws DoppelException;

    /** Keeps the role of a vault. */
    void putRole(String vaultId, String role) throws DoppelException;

    /** The role of a vault, if one was set. */
    Optional<String> role(String vaultId) throws DoppelException;

    /** Keeps a time at which the clock was right as far as the vault shows. */
    void putTrusted(String vaultId, Instant at) throws DoppelException;

    /** The last such time. */
    Optional<Instant> trusted(String vaultId) throws DoppelException;

    /**
     * Keeps a pin, replacing an earlier one of the same version.
     *
     * @throws DoppelException {@link CatalogError#TOO_LONG}
     */
    void putPin(PinRecord pin) throws DoppelException;

    /**
     * Forgets a pin.
     *
     * @return whether there was one
     */
    boolean removePin(String vaultId, String versionId) throws DoppelException;

    /** All pins, newest first. */
    List<PinRecord> pins() throws DoppelException;
}
