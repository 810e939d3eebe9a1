package io.doppel.vault.internal.copy;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.spi.disk.ByteRange;
import io.doppel.vault.VaultError;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.chunk.Ranges;
import io.doppel.vault.copy.CopyOptions;
import io.doppel.vault.copy.CopyProgress;
import io.doppel.vault.copy.CopyProgress.Phase;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.index.Parallel;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.RecordReader;
import io.doppel.vault.internal.session.BaseFinding;
import io.doppel.vault.internal.session.RecordLane;
import io.doppel.vault.internal.session.Session;
import io.doppel.vault.internal.session.VaultParts;
import io.doppel.vault.internal.tree.NodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Sends a version's content to another vault of the same dedup domain (docs/vault-format.md §17). For one use by one thread, which takes
 * others to help. Holds 9 MiB for each stream, and what {@link Survey} and {@link Settling} say.
 */
public final class VersionCopier {
    private final CopySource source;
    private final VaultParts target;
    private final RecordReader.OpenCheck targetOpen;
    private final Session session;
    private final CopyOptions options;
    private final CancelToken cancel;
    private final Meter meter;

    /**
     * A copier.
     *
     * @param target the vault that it goes to
     * @param targetOpen asked before anything there is called damaged
     * @param session a session of that vault
     */
    public VersionCopier(
            CopySource source,
            VaultParts target,
            RecordReader.OpenCheck targetOpen,
            Session session,
            CopyOptions options,
            CopyProgress progress,
            CancelToken cancel) {
        this.source = source;
        this.target = target;
        this.targetOpen = targetOpen;
        this.session = session;
        this.options = options;
        this.cancel = cancel;
        this.meter = new Meter(options.limit(), cancel::check, progress);
    }

    /**
     * Sends what is missing; on return it is durable, and proved to be there.
     *
     * @param base a version of the target on which the session relies
     * @throws DoppelException {@link VaultError#DAMAGED_SOURCE}; {@link VaultError#NOT_ARRIVED}; the storages' failures
     */
    public void send(VersionManifest version, Optional<VersionManifest> base) throws DoppelException {
        List<DiskPair> disks = new ArrayList<>();
        for (VersionManifest.Disk disk : version.disks()) {
            disks.add(pair(disk, base.flatMap(b -> b.disk(disk.key())).filter(d -> d.size() == disk.size())));
        }
        Survey survey = new Survey(source, session, baseNodes(), cancel, meter);
        survey.run(disks);
        meter.begin(Phase.SEND, survey.missingBytes());
        sendPacks(survey);
        settle(version, disks);
        session.flush();
        prove();
    }

    private DiskPair pair(VersionManifest.Disk disk, Optional<VersionManifest.Disk> base) throws DoppelException {
        if (base.isEmpty() || base.get().root() == null) {
            return DiskPair.alone(disk);
        }
        BaseFinding found = session.takeOver(base.get(), cancel);
        return found.noRoot() != null
                ? DiskPair.alone(disk)
                : new DiskPair(disk, base.get().rootId(), found);
    }

    /** A node has the same bytes in both vaults, and the source is the one that is read anyway. */
    private NodeSource baseNodes() {
        return id -> {
            if (source.index().packOf(id) >= 0) {
                try {
                    return source.nodes().node(id);
                } catch (DoppelException e) {
                    if (!e.is(VaultError.DAMAGED_DATA)) {
                        throw e;
                    }
                }
            }
            return target.nodes().node(id);
        };
    }

    private void sendPacks(Survey survey) throws DoppelException {
        ChunkIndex index = source.index();
        List<Integer> packs = new ArrayList<>();
        for (int pack = 0; pack < survey.packs(); pack++) {
            if (index.packKind(pack) == ObjectKind.DATA && survey.wanted().liveBytes(pack) > 0) {
                packs.add(pack);
            }
        }
        int streams = Math.min(options.streams(), packs.size());
        List<RecordLane> lanes = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            lanes.add(session.recordLane());
        }
        new Parallel("doppel-vault-send", streams).run(packs.size(), () -> {
            synchronized (lanes) {
                return new Sender(source, session, lanes.remove(0), packs, survey.wanted(), meter);
            }
        });
    }

    private void settle(VersionManifest version, List<DiskPair> disks) throws DoppelException {
        List<String> lost = new ArrayList<>();
        DoppelException why = null;
        try (Settling settling = new Settling(source, session, baseNodes(), cancel, meter)) {
            for (DiskPair pair : disks) {
                Settling.Unread unread = settling.run(pair);
                if (unread.why() != null) {
                    why = why == null ? unread.why() : why;
                    lost.add(text(pair.disk(), unread.ranges()));
                }
            }
        }
        if (why != null) {
            throw new DoppelException(
                    VaultError.DAMAGED_SOURCE,
                    "Version " + version.id() + " cannot be copied whole: " + String.join("; ", lost) + ". "
                            + why.what(),
                    why);
        }
    }

    private static String text(VersionManifest.Disk disk, List<ByteRange> ranges) {
        return "of disk '" + disk.key() + "' " + Ranges.bytes(ranges) + " bytes cannot be read, in " + ranges.size()
                + (ranges.size() == 1 ? " place at byte " : " places, the first at byte ")
                + ranges.get(0).offset();
    }

    private void prove() throws DoppelException {
        int[] put = session.writtenPacks().stream().toArray();
        ChunkIndex index = target.index();
        long bytes = 0;
        for (int pack : put) {
            bytes += index.packSize(pack);
        }
        meter.begin(Phase.PROVE, bytes);
        AtomicReference<DoppelException> first = new AtomicReference<>();
        new Parallel("doppel-vault-prove", options.streams())
                .run(
                        put.length,
                        () -> new ArrivalCheck(
                                target.storage(),
                                target.keys(),
                                index,
                                targetOpen,
                                put,
                                options.arrival(),
                                meter,
                                first));
        if (first.get() != null) {
            throw first.get();
        }
    }

    /** Bytes of the source's packs that were read. */
    public long readBytes() {
        return meter.readBytes();
    }
}
