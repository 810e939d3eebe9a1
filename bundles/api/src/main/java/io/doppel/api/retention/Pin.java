package io.doppel.api.retention;

import java.time.Instant;
import java.util.Objects;

/**
 * A version that is kept until it is unpinned.
 *
 * @param vault name of its vault here
 * @param versionId its id
 * @param reason why, at most 1000 characters
 * @param by who pinned it
 * @param at when
 */
public record Pin(String vault, String versionId, String reason, String by, Instant at) {
    /** Checks. */
    public Pin {
        Objects.requireNonNull(vault);
        Objects.requireNonNull(versionId);
        Objects.requireNonNull(reason);
        Objects.requireNonNull(by);
        Objects.requireNonNull(at);
    }
}
