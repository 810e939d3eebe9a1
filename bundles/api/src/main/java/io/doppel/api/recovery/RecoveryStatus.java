package io.doppel.api.recovery;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * How it is with the recovery copies of this server in one vault.
 *
 * @param vault its name here
 * @param copied when the newest copy was put; empty if none was since this server started
 * @param ageSeconds how long ago that was; −1 if none was put
 * @param copy its id; empty if there is none
 * @param bytes size of its content
 * @param storedBytes of it, what had to be stored anew
 * @param pending whether something changed since
 * @param problem why the last attempt failed, with code; empty if it did not
 */
public record RecoveryStatus(
        String vault,
        Optional<Instant> copied,
        long ageSeconds,
        String copy,
        long bytes,
        long storedBytes,
        boolean pending,
        String problem) {
    /** Checks the parts. */
    public RecoveryStatus {
        Objects.requireNonNull(vault);
        Objects.requireNonNull(copied);
        Objects.requireNonNull(copy);
        Objects.requireNonNull(problem);
    }
}
