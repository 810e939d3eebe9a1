package io.doppel.api.recovery;

import java.util.List;
import java.util.Objects;

/**
 * What was recovered.
 *
 * @param copy the copy
 * @param vaults what became of the vaults
 * @param notes what people should know or do, in sentences
 */
public record RecoveryReport(RecoveryCopy copy, List<VaultOutcome> vaults, List<String> notes) {
    /** Checks and copies. */
    public RecoveryReport {
        Objects.requireNonNull(copy);
        vaults = List.copyOf(vaults);
        notes = List.copyOf(notes);
    }

    /**
     * What became of a vault.
     *
     * @param vault its name
     * @param reached whether it can be used
     * @param message what was done, or why it cannot be used, with code
     */
    public record VaultOutcome(String vault, boolean reached, String message) {
        /** Checks the parts. */
        public VaultOutcome {
            Objects.requireNonNull(vault);
            Objects.requireNonNull(message);
        }
    }
}
