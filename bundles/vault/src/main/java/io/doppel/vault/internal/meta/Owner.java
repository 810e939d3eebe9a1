package io.doppel.vault.internal.meta;

import java.util.Objects;

/**
 * The server that opens a vault.
 *
 * @param installationId id of the installation, the same for its whole life
 * @param serverName name for people
 */
public record Owner(String installationId, String serverName) {
    /** Checks the parts. */
    public Owner {
        Objects.requireNonNull(installationId);
        Objects.requireNonNull(serverName);
    }
}
