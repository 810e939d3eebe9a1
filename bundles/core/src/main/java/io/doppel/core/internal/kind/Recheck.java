package io.doppel.core.internal.kind;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.LogLine;
import io.doppel.api.vault.VersionView;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.vault.Vault;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** After something was stored, looks whether versions that are known to be damaged found in it what they lacked. */
final class Recheck {
    private final Vaults vaults;
    private final CoreContext context;

    Recheck(Vaults vaults, CoreContext context) {
        this.vaults = vaults;
        this.context = context;
    }

    /**
     * Looks at the damaged versions of a vault, reading their trees only. One that lacks nothing any more counts as not validated until
     * the next validation has read what was stored. If it cannot be done now that is a warning: what was stored is stored.
     */
    void run(String vaultName, Vault vault) throws DoppelException {
        Map<String, VersionView> damaged =
                vaults.damagedIn(vaultName).stream().collect(Collectors.toMap(VersionView::id, v -> v));
        if (damaged.isEmpty()) {
            return;
        }
        Map<String, List<String>> problems;
        try {
            problems = vault.knownDamage(List.copyOf(damaged.keySet()), context.cancel());
        } catch (DoppelException e) {
            context.cancel().check();
            context.task()
                    .log(
                            LogLine.Level.WARNING,
                            "Which damaged versions are whole again can only be told by the next validation: "
                                    + e.getMessage());
            return;
        }
        for (Map.Entry<String, List<String>> found : problems.entrySet()) {
            VersionView version = damaged.get(found.getKey());
            if (found.getValue().isEmpty()) {
                vaults.keep(with(version, VersionView.Health.UNVERIFIED, Instant.EPOCH, List.of()));
                context.task()
                        .log(
                                LogLine.Level.INFO,
                                "Version " + version.id() + " of machine '" + version.machineName()
                                        + "' is whole again: what was damaged is stored anew");
            } else if (!found.getValue().equals(version.problems())) {
                vaults.keep(with(version, version.health(), version.validatedAt(), found.getValue()));
            }
        }
    }

    private static VersionView with(VersionView v, VersionView.Health health, Instant at, List<String> problems) {
        return new VersionView(
                v.id(),
                v.vault(),
                v.host(),
                v.machineId(),
                v.machineName(),
                v.takenAt(),
                v.disks(),
                v.logicalBytes(),
                v.dataBytes(),
                v.storedBytes(),
                v.consistency(),
                health,
                at,
                problems);
    }
}
