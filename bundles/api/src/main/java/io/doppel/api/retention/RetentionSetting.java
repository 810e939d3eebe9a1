package io.doppel.api.retention;

import java.util.Objects;

/**
 * A policy that was set.
 *
 * @param scope what for
 * @param policy the policy
 */
public record RetentionSetting(RetentionScope scope, RetentionPolicy policy) {
    /** Checks. */
    public RetentionSetting {
        Objects.requireNonNull(scope);
        Objects.requireNonNull(policy);
    }
}
