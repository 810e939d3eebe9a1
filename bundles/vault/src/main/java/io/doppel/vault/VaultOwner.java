package io.doppel.vault;

import java.util.Objects;

/**
 * The server that opens a vault.
 *
 * @param installationId id of the installation, the same for its whole life
 * @param serverName name for people
 * @param life which server of the installation this is: empty for the first, random for each that was recovered from a copy
 */
public record VaultOwner(String installationId, String serverName, String life) {
    /** Checks the parts. */
    public VaultOwner {
        Objects.requireNonNull(installationId);
        Objects.requireNonNull(serverName);
        Objects.requireNonNull(life);
    }

    /** The first server of an installation. */
    public VaultOwner(String installationId, String serverName) {
        this(installationId, serverName, "");
    }
}
