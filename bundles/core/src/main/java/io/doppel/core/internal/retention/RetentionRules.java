package io.doppel.core.internal.retention;

import io.doppel.api.retention.Pin;
import io.doppel.api.retention.RetentionPolicy;
import io.doppel.api.retention.RetentionReason;
import io.doppel.api.retention.RetentionReason.Code;
import io.doppel.api.retention.VersionVerdict;
import io.doppel.api.vault.VersionView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Applies one policy to all versions of one machine. Pure: what comes out depends on the arguments alone, not on their order.
 *
 * <p>Each rule looks at all versions and keeps some; a version that any rule keeps is kept. So a larger count never drops what a
 * smaller one kept, a pin changes nothing for other versions, and dropping and judging again drops nothing more.
 *
 * <p>Damage is advisory and may heal, so a damaged version neither pushes out a whole one nor is pushed out by it: a rule with a
 * count of N keeps the newest N (days, say), and of those that have a whole version also the newest N.
 */
final class RetentionRules {
    /** Newest first; of two of the same instant the one with the greater id counts as newer. */
    static final Comparator<VersionView> NEWEST_FIRST = Comparator.comparing(VersionView::takenAt)
            .thenComparing(VersionView::id)
            .reversed();

    private static final int SHORT_ID = 12;

    private final Optional<RetentionPolicy> policy;
    private final Instant now;
    private final List<VersionView> versions;
    private final Map<String, List<RetentionReason>> kept = new HashMap<>();
    private final Map<String, List<RetentionReason>> notKept = new HashMap<>();

    private RetentionRules(Optional<RetentionPolicy> policy, Collection<VersionView> versions, Instant now) {
        this.policy = policy;
        this.now = now;
        this.versions = versions.stream().sorted(NEWEST_FIRST).toList();
    }

    /**
     * Judges the versions of one machine in one vault.
     *
     * @param pins by version id
     * @return the verdicts, newest version first
     */
    static List<VersionVerdict> judge(
            Optional<RetentionPolicy> policy, Collection<VersionView> versions, Map<String, Pin> pins, Instant now) {
        RetentionRules rules = new RetentionRules(policy, versions, now);
        rules.pinned(pins);
        rules.newest();
        policy.ifPresentOrElse(rules::apply, () -> rules.keepAll(Code.NO_POLICY, "no policy was set for this machine"));
        return rules.verdicts();
    }

    private void pinned(Map<String, Pin> pins) {
        for (VersionView version : versions) {
            Pin pin = pins.get(version.id());
            if (pin != null) {
                keep(version, Code.PINNED, "", "pinned by " + pin.by() + ": " + pin.reason());
            }
        }
    }

    private void newest() {
        versions.stream().findFirst().ifPresent(version -> keep(version, Code.NEWEST, "", "the newest version"));
        versions.stream()
                .filter(RetentionRules::whole)
                .findFirst()
                .filter(version -> version != versions.get(0))
                .ifPresent(version -> keep(version, Code.NEWEST_WHOLE, "", "the newest undamaged version"));
    }

    private void apply(RetentionPolicy rules) {
        young(rules.minimumAge());
        if (rules.keepsEverything()) {
            keepAll(Code.KEEP_EVERYTHING, "the policy has no counts, which keeps everything");
            return;
        }
        last(rules.last());
        for (Period period : Period.values()) {
            if (period.count(rules) > 0) {
                represent(period, period.count(rules));
            }
        }
    }

    private void keepAll(Code code, String text) {
        versions.forEach(version -> keep(version, code, "", text));
    }

    private void young(Duration minimumAge) {
        if (minimumAge.isZero()) {
            return;
        }
        for (VersionView version : versions) {
            if (Duration.between(version.takenAt(), now).compareTo(minimumAge) < 0) {
                keep(version, Code.YOUNG, "", "younger than " + Span.words(minimumAge));
            }
        }
    }

    private void last(int count) {
        if (count == 0) {
            return;
        }
        int rank = 0;
        int wholeRank = 0;
        for (VersionView version : versions) {
            rank++;
            wholeRank += whole(version) ? 1 : 0;
            if (rank <= count) {
                keep(version, Code.LAST, "", "last " + rank + " of " + count);
            } else if (whole(version) && wholeRank <= count) {
                keep(version, Code.LAST, "", "last " + wholeRank + " of " + count + " undamaged");
            } else {
                doNotKeep(version, Code.NOT_LAST, "", count == 1 ? "not the last" : "not among the last " + count);
            }
        }
    }

    private void represent(Period period, int count) {
        Map<String, List<VersionView>> byPeriod = new LinkedHashMap<>();
        for (VersionView version : versions) {
            byPeriod.computeIfAbsent(periodOf(period, version.takenAt()), name -> new ArrayList<>())
                    .add(version);
        }
        String running = periodOf(period, now);
        int rank = 0;
        int wholeRank = 0;
        for (Map.Entry<String, List<VersionView>> found : byPeriod.entrySet()) {
            Optional<VersionView> firstWhole =
                    found.getValue().stream().filter(RetentionRules::whole).findFirst();
            rank++;
            wholeRank += firstWhole.isPresent() ? 1 : 0;
            boolean counts = rank <= count || firstWhole.isPresent() && wholeRank <= count;
            VersionView chosen = firstWhole.orElse(found.getValue().get(0));
            String name = found.getKey();
            for (VersionView version : found.getValue()) {
                if (!counts) {
                    doNotKeep(version, period.doesNot(), name, name + " is before the " + period.newest(count));
                } else if (version == chosen) {
                    String more = name.equals(running) ? ", still running" : rank > count ? ", undamaged" : "";
                    keep(version, period.keeps(), name, period.adverb() + " " + name + more);
                } else {
                    doNotKeep(version, period.doesNot(), name, name + " is represented by " + shortId(chosen));
                }
            }
        }
    }

    private String periodOf(Period period, Instant at) {
        return period.of(at, policy.orElseThrow().zone());
    }

    private static boolean whole(VersionView version) {
        return version.health() != VersionView.Health.DAMAGED;
    }

    private static String shortId(VersionView version) {
        return version.id().substring(0, Math.min(SHORT_ID, version.id().length()));
    }

    private void keep(VersionView version, Code code, String period, String text) {
        add(kept, version, new RetentionReason(code, period, text));
    }

    private void doNotKeep(VersionView version, Code code, String period, String text) {
        add(notKept, version, new RetentionReason(code, period, text));
    }

    private static void add(Map<String, List<RetentionReason>> reasons, VersionView version, RetentionReason reason) {
        reasons.computeIfAbsent(version.id(), id -> new ArrayList<>()).add(reason);
    }

    private List<VersionVerdict> verdicts() {
        return versions.stream()
                .map(version -> kept.containsKey(version.id())
                        ? new VersionVerdict(version, true, kept.get(version.id()))
                        : new VersionVerdict(version, false, notKept.get(version.id())))
                .toList();
    }
}
