package io.doppel.vault;

import java.util.Objects;

/**
 * The server that opens a vault.
 *
 * @param installationId id of the installation, the same for its whole life
 * @param serverName name for people
 */
public record VaultOwner(String installationId, String serverName) {
    /** Checks the parts. */
    public VaultOwner {
        Objects.requireNonNull(installationId);
        Objects.requireNonNull(serverName);
    }
}
