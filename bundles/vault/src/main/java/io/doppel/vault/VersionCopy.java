package io.doppel.vault;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.vault.copy.CopyOptions;
import io.doppel.vault.copy.CopyProgress;
import io.doppel.vault.copy.CopyReport;
import io.doppel.vault.internal.collect.VersionUse;
import io.doppel.vault.internal.copy.VersionCopier;
import io.doppel.vault.internal.meta.HeadVersion;
import io.doppel.vault.internal.session.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Copies a version from one open vault to another (docs/vault-format.md §17). Used by one thread. */
final class VersionCopy {
    /** Versions that are looked at to find one that a copy can be compared with. */
    private static final int BASES_TRIED = 3;

    private final Vault source;
    private final Vault target;
    private final CopyOptions options;
    private final CopyProgress progress;
    private final CancelToken cancel;

    VersionCopy(Vault source, Vault target, CopyOptions options, CopyProgress progress, CancelToken cancel) {
        this.source = source;
        this.target = target;
        this.options = options;
        this.progress = progress;
        this.cancel = cancel;
    }

    /** As {@link Vault#copyFrom}. */
    CopyReport run(String versionId) throws DoppelException {
        if (!target.sharesDomain(source)) {
            throw new DoppelException(
                    VaultError.OTHER_DOMAIN,
                    "Vault " + target.id() + " has another dedup domain than vault " + source.id());
        }
        try (VersionUse.Use use = source.use(versionId)) {
            VersionManifest version = source.version(versionId);
            Optional<VersionManifest> there = sameState(version);
            return there.isPresent() && target.isWhole(there.get(), cancel)
                    ? CopyReport.present(there.get())
                    : copyFromNewest(version, there);
        }
    }

    /** The server of a source that is attached for reading may have moved packs since we looked at its head; then a newer one tells where to. */
    private CopyReport copyFromNewest(VersionManifest version, Optional<VersionManifest> damaged)
            throws DoppelException {
        try {
            return copy(version, damaged);
        } catch (DoppelException e) {
            if (!source.readOnly() || !e.is(VaultError.DAMAGED_SOURCE)) {
                throw e;
            }
            source.refresh();
            return copy(version, damaged);
        }
    }

    private CopyReport copy(VersionManifest version, Optional<VersionManifest> damaged) throws DoppelException {
        int most = Math.min(
                target.capabilities().parallelism(), source.capabilities().parallelism());
        CopyOptions how = options.withStreams(Math.max(1, Math.min(options.streams(), most)));
        try (Session session = target.newSession(options.packBytes())) {
            Optional<VersionManifest> base = base(session, version, damaged);
            VersionCopier copier = target.copier(source.copySource(), session, how, progress, cancel);
            copier.send(version, base);
            cancel.check();
            VersionManifest stored = target.publish(
                    session,
                    draft(version, session, copier.readBytes()),
                    // two who copy the same at the same time both find out here
                    () -> damaged.isPresent() ? damaged : sameState(version));
            return new CopyReport(
                    damaged.isPresent() ? CopyReport.Result.HEALED : CopyReport.Result.COPIED,
                    stored,
                    base.map(VersionManifest::id),
                    copier.readBytes(),
                    target.packs().bytes(session.writtenPacks()),
                    version.stats().dataBytes() - session.newBytes(),
                    session.writtenPacks(),
                    session.usedPacks());
        }
    }

    private VersionManifest draft(VersionManifest v, Session session, long readBytes) {
        return new VersionManifest(
                "",
                0,
                v.takenAt(),
                Instant.EPOCH,
                v.host(),
                v.machine(),
                v.consistency(),
                v.machineConfig(),
                v.disks(),
                List.of(),
                new VersionManifest.Stats(
                        v.stats().logicalBytes(),
                        v.stats().dataBytes(),
                        readBytes,
                        session.storedBytes(),
                        session.newBytes()),
                v.state(source.id()));
    }

    /** The version of the target that is the same state of the machine. */
    private Optional<VersionManifest> sameState(VersionManifest version) throws DoppelException {
        for (HeadVersion v : target.heads()) {
            if (isOfMachine(v, version) && v.takenAt().equals(version.takenAt())) {
                Optional<VersionManifest> found = readable(v.id());
                if (found.isPresent() && found.get().state(target.id()).equals(version.state(source.id()))) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isOfMachine(HeadVersion v, VersionManifest version) {
        return v.host().equals(version.host().name())
                && v.machineId().equals(version.machine().id());
    }

    /** Empty if its object is damaged or missing, or if it was removed just now. */
    private Optional<VersionManifest> readable(String versionId) throws DoppelException {
        try {
            return Optional.of(target.version(versionId));
        } catch (DoppelException e) {
            if (e.is(VaultError.DAMAGED_OBJECT) || e.is(VaultError.MISSING_OBJECT) || e.is(VaultError.NO_VERSION)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * The version of the target that is nearest in time and has one of the disks in the same size; the session relies on it from now on.
     *
     * @param same the same state, which is nearest of all
     */
    private Optional<VersionManifest> base(Session session, VersionManifest version, Optional<VersionManifest> same)
            throws DoppelException {
        List<String> nearest = same.isPresent()
                ? List.of(same.get().id())
                : target.heads().stream()
                        .filter(v -> isOfMachine(v, version))
                        .sorted(Comparator.comparing(v ->
                                Duration.between(v.takenAt(), version.takenAt()).abs()))
                        .limit(BASES_TRIED)
                        .map(HeadVersion::id)
                        .toList();
        for (String candidate : nearest) {
            if (isReliedUpon(session, candidate)) {
                Optional<VersionManifest> base = readable(candidate).filter(b -> hasDiskOf(b, version));
                if (base.isPresent()) {
                    return base;
                }
            }
        }
        return Optional.empty();
    }

    private static boolean hasDiskOf(VersionManifest base, VersionManifest version) {
        return version.disks().stream()
                .anyMatch(disk -> base.disk(disk.key())
                        .filter(d -> d.size() == disk.size())
                        .isPresent());
    }

    private static boolean isReliedUpon(Session session, String version) throws DoppelException {
        try {
            session.rely(version);
            return true;
        } catch (DoppelException e) {
            if (e.is(VaultError.NO_VERSION)) {
                return false;
            }
            throw e;
        }
    }
}
