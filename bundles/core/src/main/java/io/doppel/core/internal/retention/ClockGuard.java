package io.doppel.core.internal.retention;

import io.doppel.api.error.DoppelException;
import io.doppel.core.RetentionError;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Judges whether the clock can be trusted to tell the age of versions. Pure.
 *
 * <p>A vault shows how time went on: the times of its versions, and the last time at which the clock was trusted. A clock that
 * is behind any of them is wrong, or was. A clock that went on without such a sign for longer than the gap may have jumped
 * ahead, and what was stored before may be younger than it looks. Then the clock is trusted again once it has gone on in steps
 * not longer than the gap for as long as the minimum age: by then, whatever was stored before the jump is truly that old. So a
 * wrong clock can make a version look too old by no more than one gap for each wrong step.
 */
final class ClockGuard {
    private final Collection<Instant> taken;
    private final Optional<Instant> trusted;
    private final Duration gap;
    private final Duration minimumAge;

    /**
     * A guard of one vault.
     *
     * @param taken times of all its versions
     * @param trusted when the clock was last trusted, or said to be right
     * @param gap longest plausible time between two signs
     * @param minimumAge longest minimum age of its policies
     */
    ClockGuard(Collection<Instant> taken, Optional<Instant> trusted, Duration gap, Duration minimumAge) {
        this.taken = List.copyOf(taken);
        this.trusted = trusted;
        this.gap = gap;
        this.minimumAge = minimumAge;
    }

    /** Why the clock that shows {@code now} is not trusted; empty if it is. */
    Optional<DoppelException> doubt(Instant now) {
        TreeSet<Instant> signs = signs();
        return !signs.isEmpty() && signs.last().isAfter(now) ? Optional.of(behind(now, signs.last())) : ahead(now);
    }

    /** Why the clock may be ahead of the truth, even if it is also behind what it showed before. */
    Optional<DoppelException> ahead(Instant now) {
        Instant start = now;
        for (Instant sign : signs().headSet(now, true).descendingSet()) {
            if (Duration.between(sign, start).compareTo(gap) > 0) {
                return afterPause(sign, start, now);
            }
            start = sign;
        }
        return Optional.empty();
    }

    private TreeSet<Instant> signs() {
        TreeSet<Instant> signs = new TreeSet<>(taken);
        trusted.ifPresent(signs::add);
        return signs;
    }

    private DoppelException behind(Instant now, Instant sign) {
        String what = trusted.filter(sign::equals).isPresent()
                ? "it was at " + sign + " before"
                : "a version was taken at " + sign;
        return new DoppelException(RetentionError.CLOCK_BEHIND, "The clock says " + now + ", but " + what);
    }

    private Optional<DoppelException> afterPause(Instant from, Instant to, Instant now) {
        boolean trustedSince =
                trusted.filter(at -> !at.isBefore(to) && !at.isAfter(now)).isPresent();
        Duration settles = minimumAge.compareTo(gap) > 0 ? minimumAge : gap;
        if (trustedSince || Duration.between(to, now).compareTo(settles) >= 0) {
            return Optional.empty();
        }
        return Optional.of(new DoppelException(
                RetentionError.CLOCK_AHEAD,
                "Nothing was stored or checked between " + from + " and " + to + ", longer than " + Span.words(gap)
                        + "; the clock is trusted again at " + to.plus(settles) + " if it goes on evenly"));
    }
}
