package io.doppel.core.internal.retention;

import io.doppel.api.retention.Pin;
import io.doppel.api.retention.RetentionPolicy;
import io.doppel.api.retention.RetentionReason.Code;
import io.doppel.api.retention.VersionVerdict;
import io.doppel.api.vault.VersionView;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Versions of the machine {@code lab/web} in the vault {@code main}, and what becomes of them. */
final class History {
    static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    private History() {}

    static VersionView version(String id, Instant at) {
        return version(id, "web", at, VersionView.Health.VALID);
    }

    static VersionView damaged(String id, Instant at) {
        return version(id, "web", at, VersionView.Health.DAMAGED);
    }

    static VersionView version(String id, String machine, Instant at, VersionView.Health health) {
        return new VersionView(
                id,
                "main",
                "lab",
                "id-of-" + machine,
                machine,
                at,
                1,
                1L << 30,
                1L << 29,
                1L << 20,
                "CRASH",
                health,
                Instant.EPOCH,
                List.of());
    }

    /** Versions named by their times, for instance {@code 2026-11-21T12:00}, in UTC. */
    static List<VersionView> at(String... times) {
        return List.of(times).stream()
                .map(time -> version(time, Instant.parse(time + ":00Z")))
                .toList();
    }

    static RetentionPolicy policy(int last, int daily, int weekly, int monthly, int yearly) {
        return policy(last, daily, weekly, monthly, yearly, Duration.ZERO, ZoneOffset.UTC);
    }

    static RetentionPolicy policy(
            int last, int daily, int weekly, int monthly, int yearly, Duration minimumAge, ZoneId zone) {
        return new RetentionPolicy(last, daily, weekly, monthly, yearly, minimumAge, zone);
    }

    static List<VersionVerdict> judge(RetentionPolicy policy, Collection<VersionView> versions, Instant now) {
        return RetentionRules.judge(Optional.of(policy), versions, Map.of(), now);
    }

    static Set<String> kept(Collection<VersionVerdict> verdicts) {
        return verdicts.stream()
                .filter(VersionVerdict::kept)
                .map(verdict -> verdict.version().id())
                .collect(Collectors.toSet());
    }

    static VersionVerdict of(String id, Collection<VersionVerdict> verdicts) {
        return verdicts.stream()
                .filter(verdict -> verdict.version().id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** The reasons of one version, for instance {@code [LAST last 1 of 3, DAILY daily 2026-11-03]}. */
    static List<String> reasons(String id, Collection<VersionVerdict> verdicts) {
        return of(id, verdicts).reasons().stream()
                .map(reason -> reason.code() + " " + reason.text())
                .toList();
    }

    static boolean has(VersionVerdict verdict, Code code) {
        return verdict.reasons().stream().anyMatch(reason -> reason.code() == code);
    }

    static Map<String, Pin> pins(Collection<String> ids) {
        return ids.stream().collect(Collectors.toMap(id -> id, id -> new Pin("main", id, "audit", "admin", NOON)));
    }
}
