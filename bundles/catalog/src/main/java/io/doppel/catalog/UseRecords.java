package io.doppel.catalog;

import io.doppel.api.error.DoppelException;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** What the last walk over a vault's versions found in use. Safe for several threads; changes are durable on return. */
@ProviderType
public interface UseRecords {
    /** Keeps a measurement, in the place of the vault's last one. */
    void put(UseRecord use) throws DoppelException;

    /** The last measurement of a vault, by its own id. */
    Optional<UseRecord> find(String vaultId) throws DoppelException;
}
