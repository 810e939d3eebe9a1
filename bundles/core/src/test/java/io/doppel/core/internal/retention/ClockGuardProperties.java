package io.doppel.core.internal.retention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.core.RetentionError;
import io.doppel.core.internal.CoreConfig;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** A clock that is wrong drops nothing too early, and a clock that is right is not doubted for ever. */
class ClockGuardProperties {
    private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
    private static final Duration GAP = Duration.ofDays(7);

    private static Optional<DoppelException> doubt(
            Collection<Instant> taken, Optional<Instant> trusted, Duration minimumAge, Instant now) {
        return new ClockGuard(taken, trusted, GAP, minimumAge).doubt(now);
    }

    /** A server whose clock is ahead of the true time by what {@code ahead} says. */
    private static final class Server {
        final Duration minimumAge;
        /** The clock's time of each version, and the true one. */
        final TreeMap<Instant, Instant> versions = new TreeMap<>();

        Optional<Instant> trusted = Optional.empty();
        Duration ahead = Duration.ZERO;
        Instant time = START;
        int dropped;
        Optional<DoppelException> lastDoubt = Optional.empty();

        Server(Duration minimumAge) {
            this.minimumAge = minimumAge;
        }

        void backup() {
            versions.put(time.plus(ahead), time);
        }

        /** Drops all that looks old enough, but the newest. */
        void retention() {
            Instant now = time.plus(ahead);
            lastDoubt = doubt(versions.keySet(), trusted, minimumAge, now);
            if (lastDoubt.isPresent()) {
                return;
            }
            trusted = Optional.of(now);
            for (Instant taken :
                    List.copyOf(versions.headMap(versions.lastKey()).keySet())) {
                if (Duration.between(taken, now).compareTo(minimumAge) >= 0) {
                    Duration age = Duration.between(versions.remove(taken), time);
                    assertTrue(age.compareTo(minimumAge) >= 0, () -> "dropped at the age of " + age);
                    dropped++;
                }
            }
        }
    }

    /** Any number of jumps ahead, and pauses; backups and retention at any times. */
    @Property(tries = 500)
    void nothingIsDroppedBeforeItsTrueAgeWhenTheClockJumpsAhead(
            @ForAll long seed,
            @ForAll @IntRange(min = 0, max = 40) int days,
            @ForAll @IntRange(max = 4) int oftenJumps) {
        Random random = new Random(seed);
        Server server = new Server(Duration.ofDays(days));
        for (int step = 0; step < 300; step++) {
            int what = random.nextInt(40);
            if (what < oftenJumps) {
                server.ahead = server.ahead.plus(GAP).plusMinutes(1 + random.nextInt(2_000_000));
            } else if (what == 39) {
                server.time = server.time.plus(Duration.ofDays(random.nextInt(300)));
            } else {
                server.time = server.time.plus(Duration.ofMinutes(random.nextInt(3 * 1440)));
            }
            if (random.nextBoolean()) {
                server.backup();
            }
            if (random.nextBoolean() && !server.versions.isEmpty()) {
                server.retention();
            }
        }
    }

    @Property(tries = 300)
    void aJumpAheadDropsNothingRightAfterIt(
            @ForAll @IntRange(min = 1, max = 400) int nights,
            @ForAll boolean ranBefore,
            @ForAll @IntRange(min = 1, max = 5_000_000) int minutes) {
        Server server = nightly(nights, Duration.ofDays(14), ranBefore);
        server.ahead = GAP.plusMinutes(minutes);
        int before = server.dropped;
        server.retention();
        assertTrue(server.lastDoubt.orElseThrow().is(RetentionError.CLOCK_AHEAD));
        server.backup();
        server.retention();
        assertTrue(server.lastDoubt.isPresent());
        assertEquals(before, server.dropped);
    }

    private static Server nightly(int nights, Duration minimumAge, boolean retention) {
        Server server = new Server(minimumAge);
        for (int night = 0; night < nights; night++) {
            server.time = server.time.plus(Duration.ofDays(1));
            server.backup();
            if (retention) {
                server.retention();
                assertEquals(Optional.empty(), server.lastDoubt, "a clock that goes on evenly is not doubted");
            }
        }
        return server;
    }

    @Property(tries = 200)
    void aClockBehindAnythingKnownIsDoubted(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 1_000_000) int secondsBack, @ForAll boolean version) {
        Random random = new Random(seed);
        List<Instant> taken = new ArrayList<>();
        for (int i = 0; i < random.nextInt(20); i++) {
            taken.add(START.minusSeconds(random.nextInt(10_000_000)));
        }
        Optional<Instant> trusted = version ? Optional.empty() : Optional.of(START);
        if (version) {
            taken.add(START);
        }
        Instant now = START.minusSeconds(secondsBack);
        assertTrue(doubt(taken, trusted, Duration.ZERO, now).orElseThrow().is(RetentionError.CLOCK_BEHIND));
        assertTrue(doubt(taken, trusted, Duration.ZERO, START)
                .filter(doubt -> doubt.is(RetentionError.CLOCK_BEHIND))
                .isEmpty());
    }

    /** After a pause, and after a jump, dropping goes on by itself once the clock has gone on for the minimum age. */
    @Property(tries = 100)
    void doubtEndsByItself(
            @ForAll @IntRange(min = 0, max = 30) int minimumDays, @ForAll @IntRange(min = 8, max = 800) int pause) {
        Server server = nightly(30, Duration.ofDays(minimumDays), true);
        server.time = server.time.plus(Duration.ofDays(pause));
        int settles = Math.max(7, minimumDays);
        for (int night = 0; night <= settles; night++) {
            server.backup();
            server.retention();
            assertEquals(night < settles, server.lastDoubt.isPresent(), "night " + night);
            server.time = server.time.plus(Duration.ofDays(1));
        }
    }

    @Example
    void aClockThatIsAcceptedOrRightAgainIsTrusted() {
        Server server = nightly(30, Duration.ofDays(14), true);
        server.ahead = Duration.ofDays(1000);
        server.retention();
        assertTrue(server.lastDoubt.isPresent());
        server.ahead = Duration.ZERO;
        server.retention();
        assertEquals(Optional.empty(), server.lastDoubt, "nothing was stored while it was wrong");

        server.time = server.time.plus(Duration.ofDays(90));
        server.retention();
        assertTrue(server.lastDoubt.isPresent());
        server.trusted = Optional.of(server.time);
        server.retention();
        assertEquals(Optional.empty(), server.lastDoubt, "accepted");
        server.time = server.time.plus(Duration.ofDays(2));
        server.backup();
        server.retention();
        assertEquals(Optional.empty(), server.lastDoubt, "still accepted");
    }

    @Example
    void aLongHistoryWithOldPausesIsTrustedWhenItIsMetFirst() {
        Map<String, Instant> times = Map.of("a", START, "b", START.plus(Duration.ofDays(100)));
        List<Instant> taken = new ArrayList<>(times.values());
        for (int day = 100; day < 120; day++) {
            taken.add(START.plus(Duration.ofDays(day)));
        }
        Instant now = START.plus(Duration.ofDays(120));
        assertEquals(Optional.empty(), doubt(taken, Optional.empty(), Duration.ofDays(20), now));
        assertTrue(doubt(taken, Optional.empty(), Duration.ofDays(21), now).isPresent());
        assertEquals(Optional.empty(), doubt(List.of(), Optional.empty(), Duration.ZERO, now));
    }

    /** Sundays at 02:00 by the clock on the wall, some minutes late now and then, with 25 hours on one day of the year. */
    @Property(tries = 50)
    void aWeeklyBackupIsNotDoubtedByDefault(@ForAll long seed) throws ReflectiveOperationException {
        Duration gap = Duration.ofDays((int)
                CoreConfig.class.getMethod("retention$_$clock$_$gap$_$days").getDefaultValue());
        Random random = new Random(seed);
        ZonedDateTime sunday = ZonedDateTime.of(2024, 1, 7, 2, 0, 0, 0, ZoneId.of("Europe/Berlin"));
        List<Instant> taken = new ArrayList<>();
        for (int week = 0; week < 104; week++) {
            Instant at = sunday.plusWeeks(week).toInstant().plusSeconds(random.nextInt(1200));
            taken.add(at);
            Instant after = at.plusSeconds(600);
            assertEquals(
                    Optional.empty(),
                    new ClockGuard(taken, Optional.empty(), gap, Duration.ofDays(30)).doubt(after),
                    () -> "after the backup of " + at);
        }
    }
}
