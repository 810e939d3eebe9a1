package io.doppel.api.recovery;

import java.util.Objects;
import java.util.Optional;

/**
 * What shall be recovered.
 *
 * @param source where the copies are
 * @param copy id of a copy; the newest that is whole if empty
 * @param replace whether an installation that has hosts, vaults, jobs or versions is put aside for it; otherwise it is refused
 * @param force whether servers that live lose their vaults to this one, without being asked
 */
public record RecoveryRequest(RecoverySource source, Optional<String> copy, boolean replace, boolean force) {
    /** Checks the parts. */
    public RecoveryRequest {
        Objects.requireNonNull(source);
        Objects.requireNonNull(copy);
    }
}
