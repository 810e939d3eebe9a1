package io.doppel.core.internal.kind;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostMachine;
import io.doppel.api.job.Count;
import io.doppel.api.job.LogLine;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.Settings;
import io.doppel.api.vault.VersionOrigin;
import io.doppel.api.vault.VersionView;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.retention.Retentions;
import io.doppel.core.internal.vault.KnownVersions;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which versions of a machine are copied. */
final class VaultChoice {
    private static final String VERSIONS = "versions";
    private static final String NEWEST = "newest";
    private static final String SINCE = "since";
    private static final String BEYOND_RETENTION = "beyond-retention";

    /** The options. */
    static final List<SettingField> FIELDS = List.of(
            SettingField.choice(
                    VERSIONS,
                    "Which versions of each machine, as far as the target lacks them.",
                    "all",
                    List.of("all", NEWEST)),
            SettingField.optional(SINCE, SettingType.DURATION, "Only versions that were taken within this time."),
            SettingField.optional(
                            BEYOND_RETENTION,
                            SettingType.BOOLEAN,
                            "Also copy versions that the target's retention would drop at once.")
                    .withDefault("false"));

    private final KnownVersions known;
    private final Retentions retention;
    private final Clock clock;

    VaultChoice(KnownVersions known, Retentions retention, Clock clock) {
        this.known = known;
        this.retention = retention;
        this.clock = clock;
    }

    /**
     * Those to copy, the oldest first: that the target lacks, or has damaged. Tells how many are passed over, and why.
     *
     * @param there ids of the versions that are in the source now
     */
    List<VersionView> of(VaultPair vaults, String sourceId, String targetId, Set<String> there, CoreContext context)
            throws DoppelException {
        Settings options = context.options();
        Optional<Instant> since = options.find(SINCE).isPresent()
                ? Optional.of(clock.instant().minus(options.duration(SINCE)))
                : Optional.empty();
        List<VersionView> wanted = versions(vaults.from(), context).stream()
                .filter(v -> there.contains(v.id()))
                .filter(v -> since.isEmpty() || !v.takenAt().isBefore(since.get()))
                .sorted(Comparator.comparing(VersionView::takenAt).thenComparing(VersionView::id))
                .toList();
        if (options.text(VERSIONS).equals(NEWEST) && !wanted.isEmpty()) {
            wanted = wanted.subList(wanted.size() - 1, wanted.size());
        }
        Set<VersionOrigin> whole = new HashSet<>();
        Set<VersionOrigin> damaged = new HashSet<>();
        for (VersionView v : versions(vaults.to(), context)) {
            (v.health() == VersionView.Health.DAMAGED ? damaged : whole).add(state(v, targetId));
        }
        List<VersionView> lacking =
                wanted.stream().filter(v -> !whole.contains(state(v, sourceId))).toList();
        if (options.flag(BEYOND_RETENTION)) {
            return lacking;
        }
        Set<String> kept = new HashSet<>(retention.wouldKeep(vaults.to(), lacking));
        lacking.stream().filter(v -> damaged.contains(state(v, sourceId))).forEach(v -> kept.add(v.id()));
        List<VersionView> chosen =
                lacking.stream().filter(v -> kept.contains(v.id())).toList();
        if (chosen.size() < lacking.size()) {
            context.task()
                    .log(
                            LogLine.Level.INFO,
                            Count.text(lacking.size() - chosen.size(), "version")
                                    + " not copied, because retention of vault '"
                                    + vaults.to() + "' would drop "
                                    + (lacking.size() - chosen.size() == 1 ? "it" : "them")
                                    + " at once");
        }
        return chosen;
    }

    private List<VersionView> versions(String vault, CoreContext context) throws DoppelException {
        HostMachine machine = context.machine().orElseThrow();
        return known.list(Optional.of(vault), Optional.of(machine.machine().id())).stream()
                .filter(v -> v.host().equals(machine.host())
                        && v.machineId().equals(machine.machine().id()))
                .toList();
    }

    private static VersionOrigin state(VersionView version, String vaultId) {
        return version.origin().orElseGet(() -> new VersionOrigin(vaultId, version.id()));
    }
}
