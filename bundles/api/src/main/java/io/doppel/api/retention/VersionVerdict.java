package io.doppel.api.retention;

import io.doppel.api.vault.VersionView;
import java.util.List;
import java.util.Objects;

/**
 * What becomes of a version.
 *
 * @param version the version
 * @param kept whether it is kept
 * @param reasons all reasons that keep it; if it is dropped, why each rule of the policy does not keep it
 */
public record VersionVerdict(VersionView version, boolean kept, List<RetentionReason> reasons) {
    /** Checks and copies. */
    public VersionVerdict {
        Objects.requireNonNull(version);
        reasons = List.copyOf(reasons);
    }
}
