package io.doppel.catalog;

import java.time.Instant;
import java.util.Objects;

/**
 * A pin as it is kept.
 *
 * @param vaultId id of the version's vault
 * @param versionId id of the version
 * @param reason why, at most 1000 characters
 * @param by who pinned it, at most 255 characters
 * @param at when
 */
public record PinRecord(String vaultId, String versionId, String reason, String by, Instant at) {
    /** Checks. */
    public PinRecord {
        Objects.requireNonNull(vaultId);
        Objects.requireNonNull(versionId);
        Objects.requireNonNull(reason);
        Objects.requireNonNull(by);
        Objects.requireNonNull(at);
    }
}
