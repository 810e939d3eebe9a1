package io.doppel.core.internal.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.catalog.ClockMark;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A clock that leapt is trusted again only after it has gone on evenly. */
class ClockWatchTest {
    private static final Duration GAP = Duration.ofDays(7);
    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

    private Optional<ClockMark> mark = Optional.empty();

    private boolean look(Instant now) {
        mark = Optional.of(ClockWatch.look(mark, now, GAP));
        return ClockWatch.trusted(mark.get(), GAP);
    }

    /** Looks each hour for so many hours; how many of them the clock was trusted at the end. */
    private int hours(Instant from, int hours) {
        int trusted = 0;
        for (int hour = 1; hour <= hours; hour++) {
            trusted += look(from.plus(Duration.ofHours(hour))) ? 1 : 0;
        }
        return trusted;
    }

    @Test
    void aClockThatIsMetForTheFirstTimeIsTrusted() {
        assertTrue(look(START));
        assertEquals(500, hours(START, 500));
    }

    @Test
    void aLeapAheadIsDoubtedForAsLongAsTheGap() {
        look(START);
        Instant ahead = START.plus(Duration.ofDays(400));
        assertFalse(look(ahead));
        assertEquals(0, hours(ahead, 7 * 24 - 1));
        assertTrue(look(ahead.plus(GAP)));
    }

    @Test
    void aLeapBackIsDoubtedAndACorrectionOfMinutesIsNot() {
        look(START);
        assertTrue(look(START.minus(Duration.ofMinutes(5))));
        assertFalse(look(START.minus(Duration.ofDays(400))));
    }

    @Test
    void aClockThatLeapsOnAndOnIsNeverTrusted() {
        Instant now = START;
        look(now);
        for (int i = 0; i < 50; i++) {
            now = now.plus(Duration.ofDays(8));
            assertFalse(look(now), "leap " + i);
        }
    }
}
