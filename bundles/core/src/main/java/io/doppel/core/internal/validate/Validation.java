package io.doppel.core.internal.validate;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.LogLine;
import io.doppel.api.job.Progress;
import io.doppel.api.vault.VersionView;
import io.doppel.api.vault.VersionView.Health;
import io.doppel.core.JobError;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.spi.job.TaskScope;
import io.doppel.vault.Vault;
import io.doppel.vault.VerifyOptions;
import io.doppel.vault.VerifyProgress;
import io.doppel.vault.VerifyReport;
import java.time.Clock;
import java.time.Instant;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Verifies versions or packs of a vault, tells what is wrong and keeps the states of versions.
 *
 * <p>A version is valid since the time of the oldest verification among the packs that it needs. To know these exactly its whole tree would
 * have to be walked; instead, times are taken that are surely not too late: for a version that was just stored, the packs that its session
 * wrote or found, and what is known of the version it was built upon; for all others, the oldest verification of any pack of the vault. A
 * state once reached stays: what was verified then was right then. Only damage takes it away, which is looked for in the trees as long
 * as any is known.
 */
public final class Validation {
    private final Vaults vaults;
    private final Clock clock;

    /** Made by the core. */
    public Validation(Vaults vaults, Clock clock) {
        this.vaults = vaults;
        this.clock = clock;
    }

    /** The clock whose time is noted. */
    public Clock clock() {
        return clock;
    }

    /**
     * Verifies versions.
     *
     * @param versionIds the versions; empty for everything in the vault
     * @throws DoppelException {@link JobError#DAMAGE_FOUND} if anything is wrong
     */
    public void versions(
            String vaultName,
            Vault vault,
            List<String> versionIds,
            VerifyOptions options,
            TaskScope task,
            CancelToken cancel)
            throws DoppelException {
        VerifyReport report = vault.verify(versionIds, options, progress(task, 0, 0), cancel);
        tell(report, task);
        for (Map.Entry<String, List<String>> version : report.versions().entrySet()) {
            boolean right = version.getValue().isEmpty();
            keep(vaultName, vault, version.getKey(), right ? Health.VALID : Health.DAMAGED, version.getValue());
        }
        if (versionIds.isEmpty()) {
            validSinceOldest(vaultName, vault);
        }
        if (!report.clean()) {
            long damaged = report.versions().values().stream()
                    .filter(p -> !p.isEmpty())
                    .count();
            throw damageFound(vaultName, report, damaged);
        }
    }

    /**
     * Verifies packs, and keeps what that means for versions.
     *
     * @param before bytes that the task has verified before
     * @param after bytes that the task will verify after these packs
     * @throws DoppelException {@link JobError#DAMAGE_FOUND} if anything is wrong with these packs
     */
    void packs(
            String vaultName,
            Vault vault,
            int[] packs,
            VerifyOptions options,
            TaskScope task,
            long before,
            long after,
            CancelToken cancel)
            throws DoppelException {
        VerifyReport report = vault.packs().verify(packs, options, progress(task, before, after), cancel);
        tell(report, task);
        keep(vaultName, vault, report.versions(), cancel);
        validSinceOldest(vaultName, vault);
        if (!report.problems().isEmpty()) {
            long damaged = report.versions().values().stream()
                    .filter(p -> !p.isEmpty())
                    .count();
            throw damageFound(vaultName, report, damaged);
        }
    }

    /** A verification of packs as a whole. */
    public void packs(
            String vaultName, Vault vault, int[] packs, VerifyOptions options, TaskScope task, CancelToken cancel)
            throws DoppelException {
        packs(vaultName, vault, packs, options, task, 0, 0, cancel);
    }

    /** Looks at what is known to be damaged by now, found or healed since, and keeps what it means for versions. */
    void refresh(String vaultName, Vault vault, CancelToken cancel) throws DoppelException {
        boolean none = vault.packs().damaged().isEmpty();
        keep(vaultName, vault, none ? Map.of() : vault.packs().versionProblems(List.of(), cancel), cancel);
        validSinceOldest(vaultName, vault);
    }

    /**
     * The packs that a version needs and that were new with it are verified: it is valid, if what it was built upon is.
     *
     * @param used packs in which its session stored or found something
     * @param bases versions of which it took parts over unread
     */
    void newVersion(String vaultName, Vault vault, String version, BitSet used, Set<String> bases)
            throws DoppelException {
        Instant since = clock.instant();
        if (!used.isEmpty()) {
            Optional<Instant> oldest = vault.packs().since(used);
            if (oldest.isEmpty()) {
                return;
            }
            since = earlier(since, oldest.get());
        }
        for (VersionView known : vaults.versions(Optional.of(vaultName), Optional.empty())) {
            if (bases.contains(known.id())) {
                if (known.health() != Health.VALID) {
                    return;
                }
                since = earlier(since, known.validatedAt());
            }
        }
        vaults.validSince(vaultName, List.of(version), since);
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    /** Every version needs some of the packs that are there now. */
    private void validSinceOldest(String vaultName, Vault vault) throws DoppelException {
        // in this order: a version that is stored in between may need packs that are not verified yet
        Collection<String> ids = vaults.versions(Optional.of(vaultName), Optional.empty()).stream()
                .map(VersionView::id)
                .toList();
        Optional<Instant> since = vault.packs().since();
        if (since.isPresent()) {
            vaults.validSince(vaultName, ids, since.get());
        }
    }

    private static VerifyProgress progress(TaskScope task, long before, long after) {
        return (total, done) -> task.progress(new Progress(before + total + after, before + done, before + done, 0, 0));
    }

    private static void tell(VerifyReport report, TaskScope task) {
        for (VerifyReport.Problem problem : report.problems()) {
            task.log(LogLine.Level.ERROR, problem.object() + ": " + problem.reason());
        }
        report.versions().forEach((id, problems) -> {
            if (!problems.isEmpty()) {
                task.log(LogLine.Level.ERROR, "Version " + id + " is damaged: " + String.join("; ", problems));
            }
        });
    }

    private static DoppelException damageFound(String vaultName, VerifyReport report, long damaged) {
        return new DoppelException(
                JobError.DAMAGE_FOUND,
                "Vault '" + vaultName + "': damaged or missing objects: "
                        + report.problems().size() + ", damaged versions: " + damaged + " of "
                        + report.versions().size());
    }

    /** @param problems of all versions; empty if nothing is known to be damaged, so that only versions that were need a look */
    private void keep(String vaultName, Vault vault, Map<String, List<String>> problems, CancelToken cancel)
            throws DoppelException {
        List<VersionView> all = vaults.versions(Optional.of(vaultName), Optional.empty());
        List<String> there = vault.versionIds();
        List<String> damaged = all.stream()
                .filter(v -> v.health() == Health.DAMAGED && there.contains(v.id()))
                .map(VersionView::id)
                .toList();
        Map<String, List<String>> found =
                problems.isEmpty() && !damaged.isEmpty() ? vault.packs().versionProblems(damaged, cancel) : problems;
        for (Map.Entry<String, List<String>> version : found.entrySet()) {
            boolean right = version.getValue().isEmpty();
            if (!right || damaged.contains(version.getKey())) {
                keep(
                        vaultName,
                        vault,
                        version.getKey(),
                        right ? Health.UNVERIFIED : Health.DAMAGED,
                        version.getValue());
            }
        }
    }

    private void keep(String vaultName, Vault vault, String id, Health health, List<String> problems)
            throws DoppelException {
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
        boolean still = health == Health.DAMAGED && v.health() == Health.DAMAGED;
        Instant at = still ? v.validatedAt() : clock.instant();
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
                health,
                health == Health.UNVERIFIED ? Instant.EPOCH : at,
                problems));
    }
}
