package io.doppel.vault.internal.meta;

import java.time.Instant;

/**
 * That a version must not be removed (docs/vault-format.md §13). Immutable.
 *
 * @param id 32 hex digits
 * @param version the version's id
 * @param purpose what for, for people
 * @param installation who put it
 * @param server the same for people
 * @param since when it was put, for people
 * @param lasting whether it stays until a person ends it
 * @param life which server of the installation put it; empty for the first
 */
public record StoredHold(
        String id,
        String version,
        String purpose,
        String installation,
        String server,
        Instant since,
        boolean lasting,
        String life) {
    /** Holds from before lives were told apart have none. */
    public StoredHold {
        life = life == null ? "" : life;
    }
}
