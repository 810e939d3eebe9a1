package io.doppel.core.internal.validate;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.LogLine;
import io.doppel.api.job.Progress;
import io.doppel.api.vault.VersionView;
import io.doppel.api.vault.VersionView.Health;
import io.doppel.core.JobError;
import io.doppel.core.internal.vault.KnownVersions;
import io.doppel.spi.job.TaskScope;
import io.doppel.vault.Vault;
import io.doppel.vault.VerifyOptions;
import io.doppel.vault.VerifyProgress;
import io.doppel.vault.VerifyReport;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

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

    private final KnownVersions known;
    private final Clock clock;

    /** Made by the core. */
    public Validation(KnownVersions known, Clock clock) {
        this.known = known;
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
     */
    public Found versions(
            String vaultName,
            Vault vault,
            List<String> versionIds,
            VerifyOptions options,
            TaskScope task,
            CancelToken cancel)
            throws DoppelException {
        VerifyReport report = vault.verify(versionIds, options, progress(task, 0, 0), cancel);
        report.problems().forEach(problem -> tell(problem, !report.lossless(problem), task));
        tellNeeds(report, task);
        for (Map.Entry<String, List<String>> version : report.versions().entrySet()) {
            boolean right = version.getValue().isEmpty();
            keep(vaultName, vault, version.getKey(), right ? Health.VALID : Health.DAMAGED, version.getValue());
        }
        if (versionIds.isEmpty()) {
            validSinceOldest(vaultName, vault);
        }
        return new Found(losses(report, report.problems()), damaged(report), warns(report));
    }

    /**
     * What verification came to.
     *
     * @param objects how many things are damaged or missing by which something may be lost
     * @param versions how many versions are damaged
     * @param warnings whether anything at all was told of
     */
    public record Found(long objects, long versions, boolean warnings) {
        /**
         * Whether there was nothing to tell of, not even damage by which nothing is lost.
         *
         * @throws DoppelException {@link JobError#DAMAGE_FOUND} if something is lost
         */
        public boolean isRight(String vaultName) throws DoppelException {
            throwIfAny(vaultName);
            return !warnings;
        }

        /** Throws {@link JobError#DAMAGE_FOUND} unless nothing is lost. */
        public void throwIfAny(String vaultName) throws DoppelException {
            if (objects > 0 || versions > 0) {
                throw new DoppelException(
                        JobError.DAMAGE_FOUND,
                        "Vault '" + vaultName + "': damaged or missing objects: " + objects + ", damaged versions: "
                                + versions);
            }
        }
    }

    private static long losses(VerifyReport report, List<VerifyReport.Problem> problems) {
        return problems.stream().filter(p -> !report.lossless(p)).count();
    }

    private static boolean warns(VerifyReport report) {
        return !report.problems().isEmpty() || !report.damaged().isEmpty() || report.moreDamaged() > 0;
    }

    private static long damaged(VerifyReport report) {
        return report.versions().values().stream().filter(p -> !p.isEmpty()).count();
    }

    /**
     * Verifies packs in their order, and notes which versions are valid since a later time by that, as long as nothing is known to be
     * damaged. What damage means for versions is told by {@link #refresh}.
     *
     * @return what was found wrong
     */
    public List<VerifyReport.Problem> packs(
            String vaultName, Vault vault, int[] packs, VerifyOptions options, TaskScope task, CancelToken cancel)
            throws DoppelException {
        long total = bytes(vault, packs, 0, packs.length);
        long done = 0;
        List<VerifyReport.Problem> wrong = new ArrayList<>();
        for (int from = 0; from < packs.length; from += SLICE) {
            int to = Math.min(packs.length, from + SLICE);
            long bytes = bytes(vault, packs, from, to);
            VerifyProgress progress = progress(task, done, total - done - bytes);
            VerifyReport report = vault.packs().verify(Arrays.copyOfRange(packs, from, to), options, progress, cancel);
            report.problems().forEach(problem -> tell(problem, true, task));
            wrong.addAll(report.problems());
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
     * @param wrong what was found wrong just now
     */
    public Found refresh(
            String vaultName, Vault vault, List<VerifyReport.Problem> wrong, TaskScope task, CancelToken cancel)
            throws DoppelException {
        Set<String> damaged = knownDamaged(vaultName, vault);
        VerifyReport report = null;
        if (!vault.packs().damaged().isEmpty()) {
            report = vault.packs().knownDamage(List.of(), cancel);
        } else if (!damaged.isEmpty()) {
            report = vault.packs().knownDamage(List.copyOf(damaged), cancel);
        }
        Found found = new Found(wrong.size(), 0, !wrong.isEmpty());
        if (report != null) {
            tellNeeds(report, task);
            keep(vaultName, vault, report, damaged, task);
            found = new Found(losses(report, wrong), damaged(report), !wrong.isEmpty() || warns(report));
        }
        validSinceOldest(vaultName, vault);
        return found;
    }

    /**
     * After something was stored, looks whether versions that are known to be damaged found in it what they lacked; reads the trees of those
     * only. One that lacks nothing any more is unverified until what was stored is read. If it cannot be done now that is a warning: what
     * was stored is stored.
     */
    public void recheck(String vaultName, Vault vault, TaskScope task, CancelToken cancel) throws DoppelException {
        Set<String> damaged = knownDamaged(vaultName, vault);
        if (damaged.isEmpty()) {
            return;
        }
        try {
            keep(vaultName, vault, vault.packs().knownDamage(List.copyOf(damaged), cancel), damaged, task);
        } catch (DoppelException e) {
            cancel.check();
            task.log(
                    LogLine.Level.WARNING,
                    "Which damaged versions are whole again can only be told by the next validation: "
                            + e.getMessage());
        }
    }

    private Set<String> knownDamaged(String vaultName, Vault vault) throws DoppelException {
        Set<String> there = new HashSet<>(vault.versionIds());
        return known.damagedIn(vaultName).stream()
                .map(VersionView::id)
                .filter(there::contains)
                .collect(Collectors.toSet());
    }

    /** Keeps what is damaged now, and what is not any more. */
    private void keep(String vaultName, Vault vault, VerifyReport report, Set<String> damaged, TaskScope task)
            throws DoppelException {
        for (Map.Entry<String, List<String>> version : report.versions().entrySet()) {
            String id = version.getKey();
            if (!version.getValue().isEmpty()) {
                keep(vaultName, vault, id, Health.DAMAGED, version.getValue());
            } else if (damaged.contains(id)) {
                keep(vaultName, vault, id, Health.UNVERIFIED, List.of());
                task.log(
                        LogLine.Level.INFO,
                        "Version " + id + " of machine '" + known.version(id).machineName()
                                + "' is whole again: what was damaged is stored anew");
            }
        }
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
        for (VersionView base : known.list(Optional.of(vaultName), Optional.empty())) {
            if (bases.contains(base.id())) {
                if (base.health() != Health.VALID) {
                    return;
                }
                since = earlier(since, base.validatedAt());
            }
        }
        known.validSince(vaultName, List.of(version), since);
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    /** Every version needs some of the packs that are there now. */
    private void validSinceOldest(String vaultName, Vault vault) throws DoppelException {
        // in this order: a version that is stored in between may need packs that are not verified yet
        Collection<String> ids = known.list(Optional.of(vaultName), Optional.empty()).stream()
                .map(VersionView::id)
                .toList();
        Optional<Instant> since = vault.packs().since();
        if (since.isPresent()) {
            known.validSince(vaultName, ids, since.get());
        }
    }

    private static VerifyProgress progress(TaskScope task, long before, long after) {
        return (total, done) -> task.progress(new Progress(before + total + after, before + done, before + done, 0, 0));
    }

    private static void tell(VerifyReport.Problem problem, boolean lost, TaskScope task) {
        task.log(level(lost), problem.object() + ": " + problem.reason());
    }

    /** Who needs what is damaged, and which versions cannot be restored whole. */
    private static void tellNeeds(VerifyReport report, TaskScope task) {
        DamageLines.of(report).forEach(line -> task.log(level(line.lost()), line.text()));
        report.versions().forEach((id, problems) -> {
            if (!problems.isEmpty()) {
                task.log(LogLine.Level.ERROR, "Version " + id + " is damaged: " + String.join("; ", problems));
            }
        });
    }

    /** What nothing is lost by is a warning: there are sound copies, and the damaged ones go with their packs. */
    private static LogLine.Level level(boolean lost) {
        return lost ? LogLine.Level.ERROR : LogLine.Level.WARNING;
    }

    private void keep(String vaultName, Vault vault, String id, Health health, List<String> problems)
            throws DoppelException {
        VersionView v;
        try {
            v = known.version(id);
        } catch (DoppelException unknown) {
            if (!problems.isEmpty()) {
                // Neither the catalogue nor, perhaps, the vault can say what it is; the log has it.
                return;
            }
            if (!vault.versionIds().contains(id)) {
                // it was removed meanwhile
                return;
            }
            v = KnownVersions.view(vaultName, vault.version(id));
        }
        boolean still = health == Health.DAMAGED && v.health() == Health.DAMAGED;
        Instant at = still ? v.validatedAt() : clock.instant();
        known.keep(v.withHealth(health, health == Health.UNVERIFIED ? Instant.EPOCH : at, problems));
    }
}
