package io.doppel.core.internal.figures;

import io.doppel.api.vault.MachineFigures;
import io.doppel.api.vault.VersionView;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** Sums over the versions of a vault (docs/figures.md). Pure. */
final class VersionSums {
    private final Collection<VersionView> versions;
    private final Instant now;

    VersionSums(Collection<VersionView> versions, Instant now) {
        this.versions = versions;
        this.now = now;
    }

    long of(ToLongFunction<VersionView> figure) {
        return versions.stream().mapToLong(figure).sum();
    }

    /**
     * Bytes a day that versions of the last so many days added. A vault or machine that is younger is measured from its oldest version on,
     * but for a day at least.
     */
    long growth(int days) {
        Instant from = now.minus(Duration.ofDays(days));
        long added = versions.stream()
                .filter(version ->
                        version.takenAt().isAfter(from) && !version.takenAt().isAfter(now))
                .mapToLong(VersionView::storedBytes)
                .sum();
        double age = versions.stream()
                .map(VersionView::takenAt)
                .min(Comparator.naturalOrder())
                .map(oldest -> Duration.between(oldest, now).toSeconds() / 86_400.0)
                .orElse(1.0);
        return Math.round(added / Math.max(1, Math.min(days, age)));
    }

    /** The machines, those with the most stored bytes first. */
    List<MachineFigures> machines() {
        Map<List<String>, List<VersionView>> byMachine =
                versions.stream().collect(Collectors.groupingBy(v -> List.of(v.host(), v.machineId())));
        return byMachine.values().stream()
                .map(of -> machine(of, now))
                .sorted(Comparator.comparing(MachineFigures::storedBytes)
                        .reversed()
                        .thenComparing(MachineFigures::host)
                        .thenComparing(MachineFigures::machineId))
                .toList();
    }

    private static MachineFigures machine(List<VersionView> versions, Instant now) {
        VersionView newest = versions.stream()
                .max(Comparator.comparing(VersionView::takenAt))
                .orElseThrow();
        VersionSums sums = new VersionSums(versions, now);
        return new MachineFigures(
                newest.host(),
                newest.machineId(),
                newest.machineName(),
                versions.size(),
                sums.of(VersionView::logicalBytes),
                sums.of(VersionView::dataBytes),
                sums.of(version -> Math.max(0, version.newBytes())),
                sums.of(VersionView::storedBytes),
                (int) versions.stream().filter(v -> v.newBytes() < 0).count(),
                sums.growth(7),
                sums.growth(30));
    }
}
