package io.doppel.vault;

import io.doppel.api.error.DoppelException;
import org.osgi.annotation.versioning.ProviderType;

/** The vaults that are open in this process, by their own ids. Safe for several threads. */
@ProviderType
public interface OpenVaults {
    /**
     * The open vault of that id.
     *
     * @throws DoppelException if it is not open
     */
    Vault vault(String vaultId) throws DoppelException;
}
