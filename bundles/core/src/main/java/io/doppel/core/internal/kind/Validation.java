package io.doppel.core.internal.kind;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.LogLine;
import io.doppel.api.job.Progress;
import io.doppel.api.vault.VersionView;
import io.doppel.core.JobError;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.spi.job.TaskScope;
import io.doppel.vault.Vault;
import io.doppel.vault.VerifyReport;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Verifies versions of a vault, tells what is wrong and keeps it with the versions. */
final class Validation {
    private final Vaults vaults;
    private final CoreContext context;

    Validation(Vaults vaults, CoreContext context) {
        this.vaults = vaults;
        this.context = context;
    }

    /**
     * Verifies.
     *
     * @param versionIds the versions; empty for everything in the vault
     * @throws DoppelException {@link JobError#DAMAGE_FOUND} if anything is wrong
     */
    void run(String vaultName, Vault vault, List<String> versionIds, TaskScope task) throws DoppelException {
        VerifyReport report = vault.verify(
                versionIds, (total, done) -> task.progress(new Progress(total, done, done, 0, 0)), context.cancel());
        long lossy = 0;
        for (VerifyReport.Problem problem : report.problems()) {
            boolean lossless = report.lossless(problem);
            lossy += lossless ? 0 : 1;
            task.log(level(!lossless), problem.object() + ": " + problem.reason());
        }
        for (DamageLines.Line line : DamageLines.of(report)) {
            task.log(level(line.lost()), line.text());
        }
        long damaged = 0;
        for (Map.Entry<String, List<String>> version : report.versions().entrySet()) {
            if (!version.getValue().isEmpty()) {
                damaged++;
                task.log(
                        LogLine.Level.ERROR,
                        "Version " + version.getKey() + " is damaged: " + String.join("; ", version.getValue()));
            }
            keep(vaultName, vault, version.getKey(), version.getValue());
        }
        if (lossy > 0 || damaged > 0) {
            throw new DoppelException(
                    JobError.DAMAGE_FOUND,
                    "Vault '" + vaultName + "': damaged or missing objects: "
                            + lossy + ", damaged versions: " + damaged + " of "
                            + report.versions().size());
        }
    }

    /** What nothing is lost by is a warning: there are sound copies, and the damaged ones go with their packs. */
    private static LogLine.Level level(boolean lost) {
        return lost ? LogLine.Level.ERROR : LogLine.Level.WARNING;
    }

    private void keep(String vaultName, Vault vault, String id, List<String> problems) throws DoppelException {
        VersionView v;
        try {
            v = vaults.version(id);
        } catch (DoppelException unknown) {
            if (!problems.isEmpty()) {
                // Neither the catalogue nor, perhaps, the vault can say what it is; the log has it.
                return;
            }
            if (!vault.versionIds().contains(id)) {
                // it was removed meanwhile
                return;
            }
            v = Vaults.view(vaultName, vault.version(id));
        }
        vaults.keep(new VersionView(
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
                problems.isEmpty() ? VersionView.Health.VALID : VersionView.Health.DAMAGED,
                Instant.now(),
                problems));
    }
}
