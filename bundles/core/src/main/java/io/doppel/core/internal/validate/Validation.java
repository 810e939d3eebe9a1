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
import java.util.Arrays;
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
    /** The states of versions move on after so many packs. */
    private static final int SLICE = 1024;

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
            throw damageFound(vaultName, report.problems().size(), damaged);
        }
    }

    /**
     * Verifies packs in their order, and notes which versions are valid since a later time by that, as long as nothing is known to be
     * damaged. What damage means for versions is told by {@link #refresh}.
     *
     * @return how many things were found wrong
     */
    public long packs(
            String vaultName, Vault vault, int[] packs, VerifyOptions options, TaskScope task, CancelToken cancel)
            throws DoppelException {
        long total = bytes(vault, packs, 0, packs.length);
        long done = 0;
        long wrong = 0;
        for (int from = 0; from < packs.length; from += SLICE) {
            int to = Math.min(packs.length, from + SLICE);
            long bytes = bytes(vault, packs, from, to);
            VerifyProgress progress = progress(task, done, total - done - bytes);
            VerifyReport report = vault.packs().verify(Arrays.copyOfRange(packs, from, to), options, progress, cancel);
            tell(report, task);
            wrong += report.problems().size();
            done += bytes;
            if (vault.packs().damaged().isEmpty()) {
                validSinceOldest(vaultName, vault);
            }
        }
        return wrong;
    }

    private static long bytes(Vault vault, int[] packs, int from, int to) {
        BitSet some = new BitSet();
        Arrays.stream(packs, from, to).forEach(some::set);
        return vault.packs().bytes(some);
    }

    /**
     * Finds out what is known to be damaged by now, or was and is healed since, and keeps what it means for versions.
     *
     * @return number of versions that are damaged
     */
    public long refresh(String vaultName, Vault vault, TaskScope task, CancelToken cancel) throws DoppelException {
        List<String> there = vault.versionIds();
        List<String> damaged = vaults.versions(Optional.of(vaultName), Optional.empty()).stream()
                .filter(v -> v.health() == Health.DAMAGED && there.contains(v.id()))
                .map(VersionView::id)
                .toList();
        Map<String, List<String>> found = Map.of();
        if (!vault.packs().damaged().isEmpty()) {
            found = vault.packs().versionProblems(List.of(), cancel);
        } else if (!damaged.isEmpty()) {
            found = vault.packs().versionProblems(damaged, cancel);
        }
        long count = 0;
        for (Map.Entry<String, List<String>> version : found.entrySet()) {
            boolean right = version.getValue().isEmpty();
            count += right ? 0 : 1;
            if (!right || damaged.contains(version.getKey())) {
                Health health = right ? Health.UNVERIFIED : Health.DAMAGED;
                keep(vaultName, vault, version.getKey(), health, version.getValue());
            }
        }
        tell(found, task);
        validSinceOldest(vaultName, vault);
        return count;
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
        tell(report.versions(), task);
    }

    private static void tell(Map<String, List<String>> versions, TaskScope task) {
        versions.forEach((id, problems) -> {
            if (!problems.isEmpty()) {
                task.log(LogLine.Level.ERROR, "Version " + id + " is damaged: " + String.join("; ", problems));
            }
        });
    }

    /** What a run ends with that found something wrong. */
    public static DoppelException damageFound(String vaultName, long objects, long versions) {
        return new DoppelException(
                JobError.DAMAGE_FOUND,
                "Vault '" + vaultName + "': damaged or missing objects: " + objects + ", damaged versions: "
                        + versions);
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
