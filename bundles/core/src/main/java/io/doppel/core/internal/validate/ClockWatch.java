package io.doppel.core.internal.validate;

import io.doppel.catalog.ClockMark;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Judges whether the clock can be trusted to tell that packs have become old. Pure.
 *
 * <p>The clock is looked at again and again. If it is ahead of the last look by more than the gap, or behind it, it leapt, or this server
 * was off for long. After that it is not trusted until it has gone on evenly for as long as the gap: so a clock that is wrong for some
 * days makes nobody read whole vaults at once.
 */
final class ClockWatch {
    /** Clocks are put back by this much when they are set by others. */
    private static final Duration CORRECTION = Duration.ofMinutes(10);

    private ClockWatch() {}

    /** How the clock is, after a look at it that shows {@code now}. */
    static ClockMark look(Optional<ClockMark> last, Instant now, Duration gap) {
        if (last.isEmpty()) {
            return new ClockMark(now, Instant.EPOCH);
        }
        Duration step = Duration.between(last.get().seen(), now);
        boolean even = step.compareTo(gap) <= 0 && step.compareTo(CORRECTION.negated()) >= 0;
        return new ClockMark(now, even ? last.get().evenSince() : now);
    }

    /** Whether the clock is trusted after that look. */
    static boolean trusted(ClockMark mark, Duration gap) {
        return Duration.between(mark.evenSince(), mark.seen()).compareTo(gap) >= 0;
    }
}
