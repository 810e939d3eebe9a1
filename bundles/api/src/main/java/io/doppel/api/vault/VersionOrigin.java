package io.doppel.api.vault;

import java.util.Objects;

/**
 * Where a version was made that is a copy. All copies of it have the same.
 *
 * @param vaultId id of the vault, which need not be known here
 * @param versionId its id there
 */
public record VersionOrigin(String vaultId, String versionId) {
    /** Checks the parts. */
    public VersionOrigin {
        Objects.requireNonNull(vaultId);
        Objects.requireNonNull(versionId);
    }
}
