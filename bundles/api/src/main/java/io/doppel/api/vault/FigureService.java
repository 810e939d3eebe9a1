package io.doppel.api.vault;

import io.doppel.api.error.DoppelException;
import org.osgi.annotation.versioning.ProviderType;

/** What is in the vaults, in figures. Safe for several threads. */
@ProviderType
public interface FigureService {
    /**
     * The figures of a vault. Reads nothing of the vault's data: takes well below a second with thousands of versions, once the vault
     * is open.
     *
     * @throws DoppelException if the vault is not known or cannot be opened
     */
    VaultFigures figures(String vault) throws DoppelException;
}
