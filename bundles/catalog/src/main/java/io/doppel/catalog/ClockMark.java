package io.doppel.catalog;

import java.time.Instant;
import java.util.Objects;

/**
 * How the clock was when it was last looked at.
 *
 * @param seen what it said
 * @param evenSince since when it has gone on without a leap, by its own time; {@link Instant#EPOCH} if it never leapt
 */
public record ClockMark(Instant seen, Instant evenSince) {
    /** Checks. */
    public ClockMark {
        Objects.requireNonNull(seen);
        Objects.requireNonNull(evenSince);
    }
}
