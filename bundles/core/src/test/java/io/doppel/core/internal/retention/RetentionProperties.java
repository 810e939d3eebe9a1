package io.doppel.core.internal.retention;

import static io.doppel.core.internal.retention.History.judge;
import static io.doppel.core.internal.retention.History.kept;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.retention.Pin;
import io.doppel.api.retention.RetentionPolicy;
import io.doppel.api.retention.RetentionReason;
import io.doppel.api.retention.RetentionReason.Code;
import io.doppel.api.retention.VersionVerdict;
import io.doppel.api.vault.VersionView;
import io.doppel.api.vault.VersionView.Health;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** What holds for every history and every policy. */
class RetentionProperties {
    private static final long HOUR = 3600;
    private static final Set<Code> KEEPS = Set.of(
            Code.PINNED,
            Code.NEWEST,
            Code.NEWEST_WHOLE,
            Code.YOUNG,
            Code.LAST,
            Code.DAILY,
            Code.WEEKLY,
            Code.MONTHLY,
            Code.YEARLY);

    /** Histories of up to 60 versions within weeks or years before {@link History#NOON}, some at the same instant. */
    @Provide
    Arbitrary<List<VersionView>> histories() {
        Arbitrary<Long> hours = Arbitraries.oneOf(
                Arbitraries.longs().between(0, 40 * 24), Arbitraries.longs().between(0, 7 * 366 * 24));
        Arbitrary<Boolean> damaged = Arbitraries.of(false, false, false, true);
        return Combinators.combine(hours, damaged)
                .as((hour, broken) -> Map.entry(History.NOON.minusSeconds(hour * HOUR), broken))
                .list()
                .ofMinSize(1)
                .ofMaxSize(60)
                .map(RetentionProperties::named);
    }

    private static List<VersionView> named(List<Map.Entry<Instant, Boolean>> found) {
        List<VersionView> versions = new ArrayList<>();
        for (Map.Entry<Instant, Boolean> entry : found) {
            String id = "v" + versions.size();
            versions.add(entry.getValue() ? History.damaged(id, entry.getKey()) : History.version(id, entry.getKey()));
        }
        return versions;
    }

    /** Policies with at least one count. */
    @Provide
    Arbitrary<RetentionPolicy> policies() {
        Arbitrary<Integer> count = Arbitraries.of(0, 0, 1, 2, 3, 5, 12);
        Arbitrary<Duration> age = Arbitraries.of(Duration.ZERO, Duration.ofHours(30), Duration.ofDays(14));
        Arbitrary<ZoneId> zone = Arbitraries.of(
                        "UTC",
                        "Europe/Berlin",
                        "America/New_York",
                        "Pacific/Apia",
                        "Australia/Lord_Howe",
                        "America/Sao_Paulo",
                        "Asia/Kathmandu",
                        "+14:00")
                .map(ZoneId::of);
        return Combinators.combine(count, count, count, count, count, age, zone)
                .as(RetentionPolicy::new)
                .filter(policy -> !policy.keepsEverything());
    }

    private static int sum(RetentionPolicy p) {
        return p.last() + p.daily() + p.weekly() + p.monthly() + p.yearly();
    }

    private static RetentionPolicy withoutAge(RetentionPolicy p) {
        return new RetentionPolicy(p.last(), p.daily(), p.weekly(), p.monthly(), p.yearly(), Duration.ZERO, p.zone());
    }

    private static List<VersionView> only(List<VersionView> versions, Set<String> ids) {
        return versions.stream().filter(v -> ids.contains(v.id())).toList();
    }

    private static boolean whole(VersionView version) {
        return version.health() != Health.DAMAGED;
    }

    @Property(tries = 500)
    void theNewestThePinnedAndTheYoungAreNeverDropped(
            @ForAll("histories") List<VersionView> versions,
            @ForAll("policies") RetentionPolicy policy,
            @ForAll long seed) {
        Set<String> pinned = some(versions, seed);
        Set<String> kept =
                kept(RetentionRules.judge(Optional.of(policy), versions, History.pins(pinned), History.NOON));
        Instant newest = versions.stream()
                .map(VersionView::takenAt)
                .max(Instant::compareTo)
                .orElseThrow();
        assertTrue(only(versions, kept).stream().anyMatch(v -> v.takenAt().equals(newest)));
        versions.stream()
                .filter(RetentionProperties::whole)
                .map(VersionView::takenAt)
                .max(Instant::compareTo)
                .ifPresent(at -> assertTrue(only(versions, kept).stream()
                        .anyMatch(v -> whole(v) && v.takenAt().equals(at))));
        assertTrue(kept.containsAll(pinned));
        for (VersionView version : versions) {
            boolean young = version.takenAt().plus(policy.minimumAge()).isAfter(History.NOON);
            assertTrue(!young || kept.contains(version.id()), version::id);
        }
    }

    private static Set<String> some(List<VersionView> versions, long seed) {
        Random random = new Random(seed);
        return versions.stream()
                .filter(version -> random.nextInt(5) == 0)
                .map(VersionView::id)
                .collect(Collectors.toSet());
    }

    @Property(tries = 500)
    void noMoreAreKeptThanTheCountsSay(
            @ForAll("histories") List<VersionView> versions, @ForAll("policies") RetentionPolicy policy) {
        List<VersionView> kept = only(versions, kept(judge(withoutAge(policy), versions, History.NOON)));
        long whole = kept.stream().filter(RetentionProperties::whole).count();
        assertTrue(whole <= sum(policy), () -> whole + " of " + policy);
        assertTrue(kept.size() - whole <= sum(policy) + 1, () -> kept.size() - whole + " damaged of " + policy);
    }

    /** Counted anew for each version, with no order and no groups: what the rules say in words. */
    @Property(tries = 500)
    void theCountsKeepWhatTheyAreDefinedToKeep(
            @ForAll("histories") List<VersionView> versions, @ForAll("policies") RetentionPolicy policy) {
        for (VersionVerdict verdict : judge(policy, versions, History.NOON)) {
            VersionView version = verdict.version();
            for (Period period : Period.values()) {
                assertEquals(
                        represents(version, versions, period, policy),
                        History.has(verdict, period.keeps()),
                        () -> version.id() + " " + period);
            }
            long newer = versions.stream().filter(v -> isNewer(v, version)).count();
            long newerWhole = versions.stream()
                    .filter(v -> whole(v) && isNewer(v, version))
                    .count();
            assertEquals(
                    newer < policy.last() || whole(version) && newerWhole < policy.last(),
                    History.has(verdict, Code.LAST));
        }
    }

    private static boolean isNewer(VersionView a, VersionView b) {
        int order = a.takenAt().compareTo(b.takenAt());
        return order > 0 || order == 0 && a.id().compareTo(b.id()) > 0;
    }

    private static boolean represents(
            VersionView version, List<VersionView> versions, Period period, RetentionPolicy policy) {
        String mine = period.of(version.takenAt(), policy.zone());
        boolean better = versions.stream()
                .filter(v -> period.of(v.takenAt(), policy.zone()).equals(mine))
                .anyMatch(v -> whole(v) == whole(version) ? isNewer(v, version) : whole(v));
        return !better
                && (newerPeriods(version, versions, period, policy, false) < period.count(policy)
                        || whole(version)
                                && newerPeriods(version, versions, period, policy, true) < period.count(policy));
    }

    private static long newerPeriods(
            VersionView version,
            List<VersionView> versions,
            Period period,
            RetentionPolicy policy,
            boolean onlyWithWhole) {
        String mine = period.of(version.takenAt(), policy.zone());
        return versions.stream()
                .filter(v -> whole(v) || !onlyWithWhole)
                .map(v -> period.of(v.takenAt(), policy.zone()))
                .filter(name -> name.compareTo(mine) > 0)
                .distinct()
                .count();
    }

    @Property(tries = 500)
    void everyVerdictHasItsReasons(
            @ForAll("histories") List<VersionView> versions, @ForAll("policies") RetentionPolicy policy) {
        List<VersionVerdict> verdicts = judge(policy, versions, History.NOON);
        assertEquals(
                versions.stream().sorted(RetentionRules.NEWEST_FIRST).toList(),
                verdicts.stream().map(VersionVerdict::version).toList());
        Set<Code> notKept = new HashSet<>();
        for (Period period : Period.values()) {
            if (period.count(policy) > 0) {
                notKept.add(period.doesNot());
            }
        }
        if (policy.last() > 0) {
            notKept.add(Code.NOT_LAST);
        }
        for (VersionVerdict verdict : verdicts) {
            List<Code> codes =
                    verdict.reasons().stream().map(RetentionReason::code).toList();
            assertEquals(codes.size(), Set.copyOf(codes).size());
            if (verdict.kept()) {
                assertTrue(!codes.isEmpty() && KEEPS.containsAll(codes), codes::toString);
            } else {
                assertEquals(notKept, Set.copyOf(codes));
            }
        }
    }

    @Property(tries = 500)
    void droppingTwiceDropsNothingMore(
            @ForAll("histories") List<VersionView> versions, @ForAll("policies") RetentionPolicy policy) {
        List<VersionVerdict> first = judge(policy, versions, History.NOON);
        List<VersionView> left = only(versions, kept(first));
        List<VersionVerdict> again = judge(policy, left, History.NOON);
        assertEquals(
                first.stream()
                        .filter(VersionVerdict::kept)
                        .map(RetentionProperties::codes)
                        .toList(),
                again.stream().map(RetentionProperties::codes).toList());
    }

    /** Version, fate, and rules with their periods. */
    private static String codes(VersionVerdict verdict) {
        return verdict.version().id() + " " + verdict.kept() + " "
                + verdict.reasons().stream()
                        .map(reason -> reason.code() + reason.period())
                        .toList();
    }

    /** What is kept from day to day is what would be kept had everything been kept until today. */
    @Property(tries = 200)
    void droppingAfterEveryBackupLeavesWhatDroppingOnceLeaves(
            @ForAll("histories") List<VersionView> versions, @ForAll("policies") RetentionPolicy policy) {
        List<VersionView> all = versions.stream()
                .filter(RetentionProperties::whole)
                .sorted(RetentionRules.NEWEST_FIRST.reversed())
                .toList();
        List<VersionView> left = new ArrayList<>();
        for (VersionView version : all) {
            left.add(version);
            left = new ArrayList<>(only(left, kept(judge(policy, left, version.takenAt()))));
        }
        assertEquals(kept(judge(policy, all, History.NOON)), kept(judge(policy, left, History.NOON)));
    }

    @Property(tries = 500)
    void anAddedVersionDropsOnlyWhatItReplacesOrPushesOut(
            @ForAll("histories") List<VersionView> versions,
            @ForAll("policies") RetentionPolicy policy,
            @ForAll @IntRange(min = 0, max = 8000) int hoursAgo,
            @ForAll boolean broken) {
        Instant at = History.NOON.minusSeconds(hoursAgo * HOUR);
        VersionView added = broken ? History.damaged("added", at) : History.version("added", at);
        List<VersionView> more = new ArrayList<>(versions);
        more.add(added);
        Set<String> lost = new HashSet<>(kept(judge(policy, versions, History.NOON)));
        lost.removeAll(kept(judge(policy, more, History.NOON)));
        for (VersionView version : only(versions, lost)) {
            boolean samePeriod = List.of(Period.values()).stream()
                    .anyMatch(period -> period.count(policy) > 0
                            && period.of(version.takenAt(), policy.zone()).equals(period.of(at, policy.zone())));
            boolean replacesDamaged = samePeriod && whole(added) && !whole(version);
            assertTrue(isNewer(added, version) || replacesDamaged, version::id);
        }
        long rules = List.of(Period.values()).stream()
                        .filter(p -> p.count(policy) > 0)
                        .count()
                + (policy.last() > 0 ? 1 : 0);
        assertTrue(lost.size() <= 2 * rules + 2, () -> lost + " for one version");
    }

    @Property(tries = 500)
    void largerCountsKeepMore(
            @ForAll("histories") List<VersionView> versions,
            @ForAll("policies") RetentionPolicy policy,
            @ForAll List<@IntRange(min = 0, max = 4) Integer> extra) {
        List<Integer> more = new ArrayList<>(extra);
        more.addAll(List.of(0, 1, 0, 2, 1));
        RetentionPolicy larger = new RetentionPolicy(
                policy.last() + more.get(0),
                policy.daily() + more.get(1),
                policy.weekly() + more.get(2),
                policy.monthly() + more.get(3),
                policy.yearly() + more.get(4),
                policy.minimumAge().plusHours(more.get(0)),
                policy.zone());
        Set<String> kept = kept(judge(larger, versions, History.NOON));
        assertTrue(kept.containsAll(kept(judge(policy, versions, History.NOON))));
    }

    @Property(tries = 300)
    void neitherOrderNorTheServersZoneMatter(
            @ForAll("histories") List<VersionView> versions,
            @ForAll("policies") RetentionPolicy policy,
            @ForAll long seed) {
        List<VersionView> shuffled = new ArrayList<>(versions);
        Collections.shuffle(shuffled, new Random(seed));
        List<VersionVerdict> expected = judge(policy, versions, History.NOON);
        TimeZone before = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Kiritimati"));
        try {
            assertEquals(expected, judge(policy, shuffled, History.NOON));
        } finally {
            TimeZone.setDefault(before);
        }
    }

    @Property(tries = 300)
    void aZoneShiftsTheCalendarAndNothingElse(
            @ForAll("histories") List<VersionView> versions,
            @ForAll("policies") RetentionPolicy policy,
            @ForAll @IntRange(min = -18, max = 18) int hours) {
        RetentionPolicy there = History.policy(
                policy.last(),
                policy.daily(),
                policy.weekly(),
                policy.monthly(),
                policy.yearly(),
                policy.minimumAge(),
                ZoneOffset.ofHours(hours));
        RetentionPolicy utc = History.policy(
                policy.last(),
                policy.daily(),
                policy.weekly(),
                policy.monthly(),
                policy.yearly(),
                policy.minimumAge(),
                ZoneOffset.UTC);
        List<VersionView> shifted = versions.stream()
                .map(v -> History.version(v.id(), "web", v.takenAt().plusSeconds(hours * HOUR), v.health()))
                .toList();
        assertEquals(
                judge(there, versions, History.NOON).stream()
                        .map(RetentionProperties::codes)
                        .toList(),
                judge(utc, shifted, History.NOON.plusSeconds(hours * HOUR)).stream()
                        .map(RetentionProperties::codes)
                        .toList());
    }

    @Property(tries = 300)
    void pinsChangeNothingForOtherVersions(
            @ForAll("histories") List<VersionView> versions,
            @ForAll("policies") RetentionPolicy policy,
            @ForAll long seed) {
        Map<String, Pin> pins = History.pins(some(versions, seed));
        Set<String> expected = new TreeSet<>(kept(judge(policy, versions, History.NOON)));
        expected.addAll(pins.keySet());
        assertEquals(
                expected, new TreeSet<>(kept(RetentionRules.judge(Optional.of(policy), versions, pins, History.NOON))));
    }
}
