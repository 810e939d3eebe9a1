package io.doppel.core.internal.retention;

import static io.doppel.core.internal.retention.History.at;
import static io.doppel.core.internal.retention.History.damaged;
import static io.doppel.core.internal.retention.History.judge;
import static io.doppel.core.internal.retention.History.kept;
import static io.doppel.core.internal.retention.History.policy;
import static io.doppel.core.internal.retention.History.reasons;
import static io.doppel.core.internal.retention.History.version;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.retention.Pin;
import io.doppel.api.retention.RetentionPolicy;
import io.doppel.api.retention.VersionVerdict;
import io.doppel.api.vault.VersionView;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RetentionRulesTest {
    private static RetentionPolicy daily(int days, String zone) {
        return policy(0, days, 0, 0, 0, Duration.ZERO, ZoneId.of(zone));
    }

    @Test
    void saysWhyEachVersionIsKeptOrDropped() {
        List<VersionView> versions = at(
                "2026-11-21T06:00",
                "2026-11-21T01:00",
                "2026-11-20T06:00",
                "2026-11-08T06:00",
                "2026-11-07T06:00",
                "2026-10-31T06:00",
                "2025-12-31T06:00");
        Map<String, Pin> pins = Map.of(
                "2026-11-07T06:00", new Pin("main", "2026-11-07T06:00", "before the move", "admin", History.NOON));
        RetentionPolicy policy = policy(1, 2, 2, 2, 1, Duration.ofHours(24), ZoneId.of("UTC"));
        List<VersionVerdict> verdicts = RetentionRules.judge(Optional.of(policy), versions, pins, History.NOON);
        assertEquals(
                List.of(
                        "NEWEST the newest version",
                        "YOUNG younger than 1 day",
                        "LAST last 1 of 1",
                        "DAILY daily 2026-11-21, still running",
                        "WEEKLY weekly 2026-W47, still running",
                        "MONTHLY monthly 2026-11, still running",
                        "YEARLY yearly 2026, still running"),
                reasons("2026-11-21T06:00", verdicts));
        assertEquals(List.of("YOUNG younger than 1 day"), reasons("2026-11-21T01:00", verdicts));
        assertEquals(List.of("DAILY daily 2026-11-20"), reasons("2026-11-20T06:00", verdicts));
        assertEquals(List.of("WEEKLY weekly 2026-W45"), reasons("2026-11-08T06:00", verdicts));
        assertEquals(List.of("PINNED pinned by admin: before the move"), reasons("2026-11-07T06:00", verdicts));
        assertEquals(List.of("MONTHLY monthly 2026-10"), reasons("2026-10-31T06:00", verdicts));
        assertEquals(
                List.of(
                        "NOT_LAST not the last",
                        "NOT_DAILY 2025-12-31 is before the 2 newest days",
                        "NOT_WEEKLY 2026-W01 is before the 2 newest weeks",
                        "NOT_MONTHLY 2025-12 is before the 2 newest months",
                        "NOT_YEARLY 2025 is before the newest year"),
                reasons("2025-12-31T06:00", verdicts));
        assertEquals(
                "2026-W45",
                History.of("2026-11-08T06:00", verdicts).reasons().get(0).period());
        verdicts = judge(daily(9, "UTC"), versions, History.NOON);
        assertEquals(
                List.of("NOT_DAILY 2026-11-21 is represented by 2026-11-21T0"), reasons("2026-11-21T01:00", verdicts));
    }

    @Test
    void aVersionOfExactlyTheMinimumAgeIsNotYoung() {
        RetentionPolicy policy = policy(1, 0, 0, 0, 0, Duration.ofDays(14), ZoneId.of("UTC"));
        List<VersionView> versions = at("2026-11-21T11:00", "2026-11-07T12:00", "2026-11-07T12:01");
        assertEquals(Set.of("2026-11-21T11:00", "2026-11-07T12:01"), kept(judge(policy, versions, History.NOON)));
    }

    @Test
    void withoutCountsOrWithoutAPolicyEverythingIsKept() {
        List<VersionView> versions = at("2026-11-21T06:00", "2016-11-21T06:00");
        List<VersionVerdict> empty = judge(policy(0, 0, 0, 0, 0), versions, History.NOON);
        assertEquals(
                List.of("KEEP_EVERYTHING the policy has no counts, which keeps everything"),
                reasons("2016-11-21T06:00", empty));
        List<VersionVerdict> none = RetentionRules.judge(Optional.empty(), versions, Map.of(), History.NOON);
        assertEquals(List.of("NO_POLICY no policy was set for this machine"), reasons("2016-11-21T06:00", none));
        assertEquals(2, kept(none).size());
        assertEquals(List.of(), judge(policy(1, 0, 0, 0, 0), List.of(), History.NOON));
    }

    /** Berlin: 25 October 2026 has 25 hours, 29 March 2026 has 23. */
    @Test
    void daysOf23And25HoursAreDays() {
        List<VersionView> autumn =
                at("2026-10-24T21:59", "2026-10-24T22:00", "2026-10-25T00:30", "2026-10-25T22:59", "2026-10-25T23:00");
        assertEquals(
                Set.of("2026-10-24T21:59", "2026-10-25T22:59", "2026-10-25T23:00"),
                kept(judge(daily(9, "Europe/Berlin"), autumn, History.NOON)));
        List<VersionView> spring =
                at("2026-03-28T22:59", "2026-03-28T23:00", "2026-03-29T01:30", "2026-03-29T21:59", "2026-03-29T22:00");
        assertEquals(
                Set.of("2026-03-28T22:59", "2026-03-29T21:59", "2026-03-29T22:00"),
                kept(judge(daily(9, "Europe/Berlin"), spring, History.NOON)));
    }

    /** The hour that comes twice is one day's, and the later instant is the newer version. */
    @Test
    void ofTheHourThatComesTwiceTheSecondIsNewer() {
        List<VersionView> twice = at("2026-10-25T00:30", "2026-10-25T01:30", "2026-10-26T12:00");
        assertEquals(
                Set.of("2026-10-25T01:30", "2026-10-26T12:00"),
                kept(judge(daily(9, "Europe/Berlin"), twice, History.NOON)));
    }

    /** Samoa had no 30 December 2011. Lord Howe moves its clocks by half an hour. */
    @Test
    void oddCalendarsAreThoseOfTheZone() {
        List<VersionView> samoa = at("2011-12-30T09:59", "2011-12-30T10:00", "2011-12-30T11:00");
        List<VersionVerdict> verdicts = judge(daily(9, "Pacific/Apia"), samoa, History.NOON);
        assertEquals(List.of("DAILY daily 2011-12-29"), reasons("2011-12-30T09:59", verdicts));
        assertEquals(
                List.of("NEWEST the newest version", "DAILY daily 2011-12-31"), reasons("2011-12-30T11:00", verdicts));
        assertEquals(2, kept(verdicts).size());
        List<VersionView> lordHowe = at("2026-04-04T13:29", "2026-04-04T13:31");
        assertEquals(
                1,
                kept(judge(daily(9, "Australia/Lord_Howe"), at("2026-04-04T13:01", "2026-04-04T13:29"), History.NOON))
                        .size());
        assertEquals(
                1,
                kept(judge(daily(9, "Australia/Lord_Howe"), lordHowe, History.NOON))
                        .size());
    }

    @Test
    void week53LeapDaysAndYearEndsAreThoseOfTheCalendar() {
        List<VersionView> versions = at(
                "2021-01-04T00:00", // Monday of 2021-W01
                "2021-01-03T23:59", // Sunday of 2020-W53
                "2020-12-31T12:00",
                "2020-12-28T00:00", // Monday of 2020-W53
                "2020-12-27T23:59",
                "2020-02-29T12:00",
                "2020-02-28T12:00");
        List<VersionVerdict> weeks = judge(policy(0, 0, 9, 0, 0), versions, History.NOON);
        assertTrue(reasons("2021-01-04T00:00", weeks).contains("WEEKLY weekly 2021-W01"));
        assertEquals(List.of("WEEKLY weekly 2020-W53"), reasons("2021-01-03T23:59", weeks));
        assertEquals(List.of("NOT_WEEKLY 2020-W53 is represented by 2021-01-03T2"), reasons("2020-12-28T00:00", weeks));
        assertEquals(List.of("WEEKLY weekly 2020-W52"), reasons("2020-12-27T23:59", weeks));
        List<VersionVerdict> months = judge(policy(0, 0, 0, 9, 9), versions, History.NOON);
        assertEquals(List.of("MONTHLY monthly 2020-12", "YEARLY yearly 2020"), reasons("2020-12-31T12:00", months));
        assertEquals(List.of("MONTHLY monthly 2020-02"), reasons("2020-02-29T12:00", months));
        assertEquals(
                4, kept(judge(policy(0, 0, 0, 0, 9), yearEnds(), History.NOON)).size());
    }

    private static List<VersionView> yearEnds() {
        return at("2021-01-01T00:00", "2022-12-31T23:59", "2023-01-01T00:00", "2024-12-31T23:59", "2021-06-01T00:00");
    }

    @Test
    void ofVersionsOfOneInstantOneRepresents() {
        Instant at = Instant.parse("2026-11-21T06:00:00Z");
        List<VersionView> same = List.of(version("a", at), version("c", at), version("b", at));
        assertEquals(Set.of("c"), kept(judge(policy(1, 1, 1, 1, 1), same, History.NOON)));
        List<VersionView> newestBroken = List.of(version("a", at), damaged("c", at), version("b", at));
        assertEquals(Set.of("b", "c"), kept(judge(policy(1, 1, 1, 1, 1), newestBroken, History.NOON)));
    }

    @Test
    void aDamagedVersionRepresentsItsPeriodOnlyIfThereIsNoWholeOne() {
        List<VersionView> versions = List.of(
                version("new", History.NOON.minus(Duration.ofDays(1))),
                damaged("late", Instant.parse("2026-11-10T22:00:00Z")),
                version("early", Instant.parse("2026-11-10T02:00:00Z")),
                damaged("alone", Instant.parse("2026-11-09T02:00:00Z")));
        List<VersionVerdict> verdicts = judge(policy(0, 9, 0, 0, 0), versions, History.NOON);
        assertEquals(Set.of("new", "early", "alone"), kept(verdicts));
        assertEquals(List.of("NOT_DAILY 2026-11-10 is represented by early"), reasons("late", verdicts));
    }

    /** One bad chunk that all newer versions share must not cost them, for it may be healed, nor the last whole ones. */
    @Test
    void damageOfEverythingRecentPushesOutNothing() {
        List<VersionView> versions = new ArrayList<>();
        for (int day = 0; day < 30; day++) {
            Instant at = History.NOON.minus(Duration.ofDays(day));
            versions.add(day < 10 ? damaged("d" + day, at) : version("w" + day, at));
        }
        List<VersionVerdict> verdicts = judge(policy(0, 3, 0, 0, 0), versions, History.NOON);
        assertEquals(Set.of("d0", "d1", "d2", "w10", "w11", "w12"), kept(verdicts));
        assertEquals(
                List.of("NEWEST_WHOLE the newest undamaged version", "DAILY daily 2026-11-11, undamaged"),
                reasons("w10", verdicts));
        verdicts = judge(policy(2, 0, 0, 0, 0), versions, History.NOON);
        assertEquals(Set.of("d0", "d1", "w10", "w11"), kept(verdicts));
        assertEquals(List.of("LAST last 2 of 2 undamaged"), reasons("w11", verdicts));
    }

    @Test
    void periodsWithoutVersionsDoNotCount() {
        List<VersionView> versions = at("2026-11-20T06:00", "2024-01-05T06:00", "2020-07-01T06:00", "2020-06-30T06:00");
        assertEquals(
                Set.of("2026-11-20T06:00", "2024-01-05T06:00", "2020-07-01T06:00"),
                kept(judge(policy(0, 3, 0, 0, 0), versions, History.NOON)));
    }

    @Test
    void manyThousandsOfVersionsAreJudgedInSeconds() {
        List<VersionView> versions = new ArrayList<>();
        for (int i = 0; i < 30_000; i++) {
            versions.add(version("v" + i, History.NOON.minus(Duration.ofMinutes(15L * i))));
        }
        RetentionPolicy policy = policy(10, 14, 8, 24, 10, Duration.ofDays(7), ZoneId.of("Europe/Berlin"));
        List<VersionVerdict> verdicts =
                assertTimeout(Duration.ofSeconds(10), () -> judge(policy, versions, History.NOON));
        assertTrue(kept(verdicts).size() < 7 * 96 + 60, () -> kept(verdicts).size() + " kept");
    }
}
