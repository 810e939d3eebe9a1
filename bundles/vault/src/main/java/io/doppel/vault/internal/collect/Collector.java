package io.doppel.vault.internal.collect;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.ByteCount;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.Count;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.CollectOptions;
import io.doppel.vault.CollectProgress;
import io.doppel.vault.CollectProgress.Phase;
import io.doppel.vault.CollectReport;
import io.doppel.vault.RateLimit;
import io.doppel.vault.VaultError;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.index.LiveSet;
import io.doppel.vault.internal.index.Parallel;
import io.doppel.vault.internal.meta.KeyRing;
import io.doppel.vault.internal.meta.Reserve;
import io.doppel.vault.internal.pack.RecordReader;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Gives back space that no version needs, beside running sessions and readers (docs/vault-format.md §12, whose terms are used here). For
 * one use by one thread, which takes others to help: see {@link #THREADS}.
 */
public final class Collector {
    /** Bytes to copy between two publications; so much is written before anything is freed. */
    private static final long BATCH = 1L << 30;
    /** Times that versions may come in between before we give up. */
    private static final int ROUNDS = 16;
    /** One more than the processors, because one may be waiting for the storage; each holds what {@link CopyPass} says. */
    private static final int THREADS = Math.min(4, Runtime.getRuntime().availableProcessors() + 1);
    /** Most objects that are deleted at the same time. */
    private static final int DELETIONS = 16;

    private final CollectedVault vault;
    private final Storage storage;
    private final KeyRing keys;
    private final ChunkIndex index;
    private final CollectOptions options;
    private final CollectProgress progress;
    private final CancelToken cancel;
    private final RateLimit limit;
    private final Supplier<RecordReader> readers;
    private final Instant oldestKept;
    private final List<String> notes = new ArrayList<>();
    private BitSet unpublished;
    private LiveSet live;
    private LiveWalk walk;
    private int packsDeleted;
    private long bytesDeleted;
    private long bytesWritten;
    private long bytesCopied;
    private long bytesToCopy;
    private long bytesToDelete;

    /**
     * A collection.
     *
     * @param readers makes a reader of nodes for a thread, which closes it
     */
    public Collector(
            CollectedVault vault,
            Storage storage,
            KeyRing keys,
            ChunkIndex index,
            Supplier<RecordReader> readers,
            CollectOptions options,
            CollectProgress progress,
            CancelToken cancel) {
        this.vault = vault;
        this.storage = storage;
        this.keys = keys;
        this.index = index;
        this.options = options;
        this.progress = progress;
        this.cancel = cancel;
        this.limit = new RateLimit(options.bytesPerSecond());
        this.readers = readers;
        this.oldestKept = Instant.now().minus(options.grace());
    }

    /**
     * Collects.
     *
     * @throws DoppelException {@link VaultError#UNKNOWN_NEED}, {@link VaultError#MOVED_ON}, {@link VaultError#LEASE_LOST}; the storage's
     *     failures; what was freed before stays freed
     */
    public CollectReport run() throws DoppelException {
        if (!options.dryRun()) {
            vault.adoptStrays();
        }
        List<ObjectInfo> undeleted = vault.undeleted();
        if (!options.dryRun()) {
            delete(undeleted);
            if (undeleted.isEmpty()) {
                vault.forgetDone();
            }
        }
        // what comes later is needed, or the next collection's
        int known = index.packCount();
        live = new LiveSet(index);
        walk = new LiveWalk(index, live, readers, cancel, THREADS);
        walk.walk(versions(options.without()), (total, done) -> progress.progress(Phase.MARK, total, done));
        Plan plan = plan(known);
        bytesToCopy = plan.copiedBytes();
        if (options.dryRun()) {
            return estimate(plan, undeleted, report());
        }
        takeAwayAll(plan.batches(BATCH));
        return report();
    }

    /** Takes packs away, fewer at once if the target has no room for all the copies; what is freed makes room for more. */
    private void takeAwayAll(List<List<PackUse>> batches) throws DoppelException {
        Deque<List<PackUse>> left = new ArrayDeque<>(batches);
        while (!left.isEmpty()) {
            List<PackUse> batch = left.pop();
            try {
                if (mayFitInReserve(batch)) {
                    vault.withRoom(() -> takeAway(batch));
                } else {
                    takeAway(batch);
                }
            } catch (DoppelException e) {
                if (!e.is(StorageError.FULL) || batch.stream().allMatch(p -> p.live() == 0)) {
                    throw e;
                }
                if (batch.size() == 1) {
                    left.push(batch);
                    noteNoRoom(left.stream().flatMap(List::stream).toList());
                    return;
                }
                left.push(batch.subList(batch.size() / 2, batch.size()));
                left.push(batch.subList(0, batch.size() / 2));
            }
        }
    }

    /** Whether it is worth it to give up the reserve for copies: only where less at once cannot be copied, and where it may be enough. */
    private static boolean mayFitInReserve(List<PackUse> batch) {
        return batch.size() == 1 && batch.get(0).live() < Reserve.BYTES;
    }

    private void noteNoRoom(List<PackUse> packs) {
        long unused = packs.stream().mapToLong(PackUse::unused).sum();
        long room = packs.stream().mapToLong(PackUse::live).min().orElse(0);
        notes.add("The target is too full to copy what is needed out of " + Count.text(packs.size(), "pack")
                + ", so " + ByteCount.text(unused) + " there stay unused. Free at least " + ByteCount.text(room)
                + " on it, then purge again");
    }

    /** The versions that the head lists, but for these and those that were walked. */
    private List<VersionManifest> versions(Set<String> without) throws DoppelException {
        List<VersionManifest> versions = new ArrayList<>();
        for (String id : vault.versionIds()) {
            if (!without.contains(id) && !walk.walked().contains(id)) {
                versions.add(vault.version(id));
            }
        }
        return versions;
    }

    private Plan plan(int known) {
        BitSet used = vault.packsOfSessions();
        // only now: what a session leaves that ends in this moment is in one of both
        unpublished = options.grace().isZero() ? new BitSet() : vault.packsUnpublishedSince(oldestKept);
        unpublished.andNot(used);
        Set<Integer> lost = index.distrusted().packs();
        List<PackUse> packs = new ArrayList<>();
        long kept = 0;
        for (int pack = 0; pack < known; pack++) {
            PackUse use = new PackUse(pack, index.packSize(pack), live.liveBytes(pack));
            if (index.isCleared(pack)) {
                continue;
            }
            // nothing that is hidden is found by a resumed backup
            boolean spared = unpublished.get(pack) && !index.isHidden(pack);
            unpublished.set(pack, spared);
            if (spared || used.get(pack) || lost.contains(pack) && use.live() > 0) {
                kept += use.live();
            } else {
                packs.add(use);
            }
        }
        return Plan.of(packs, kept, options.maxUnused());
    }

    /** Hides packs, copies what is needed, clears them and deletes them; those for which that cannot be done are shown again. */
    private void takeAway(List<PackUse> batch) throws DoppelException {
        Set<Integer> packs = new TreeSet<>();
        batch.forEach(p -> packs.add(p.pack()));
        Set<Integer> leftovers = new HashSet<>(packs);
        leftovers.removeIf(p -> !index.isHidden(p));
        index.hide(packs);
        boolean mayBePublished = false;
        try {
            // only now that they are hidden: what a session finds from here on is not in them
            keepThose(packs, vault.packsOfSessions(), leftovers);
            for (int round = 1; !packs.isEmpty(); round++) {
                walk.walk(versions(Set.of()), (total, done) -> {});
                keepThose(packs, copy(packs), leftovers);
                try {
                    mayBePublished = true;
                    vault.publishCleared(packs, walk.walked());
                    break;
                } catch (DoppelException e) {
                    if (!e.is(VaultError.MOVED_ON)) {
                        throw e;
                    }
                    mayBePublished = false;
                    if (round == ROUNDS) {
                        throw e;
                    }
                }
            }
        } finally {
            if (!mayBePublished) {
                packs.removeAll(leftovers);
                index.show(packs);
            }
        }
        delete(packs.stream()
                .map(p -> new ObjectInfo(index.packObject(p), index.packSize(p), Instant.EPOCH))
                .toList());
    }

    /** Takes out of the set what is among the others, and shows it again unless it was hidden before: that may have been cleared. */
    private void keepThose(Set<Integer> packs, BitSet others, Set<Integer> leftovers) {
        Set<Integer> kept = new HashSet<>(packs);
        kept.removeIf(p -> !others.get(p));
        packs.removeAll(kept);
        kept.removeAll(leftovers);
        index.show(kept);
    }

    /** Copies what is needed out of packs; returns those that must stay all the same. */
    private BitSet copy(Set<Integer> packs) throws DoppelException {
        CopyPass pass = new CopyPass(storage, keys, index, live, limit, cancel::check, more -> {
            bytesCopied += more;
            progress.progress(Phase.COPY, Math.max(bytesToCopy, bytesCopied), bytesCopied);
        });
        BitSet staying;
        try {
            staying = pass.run(packs, vault::packStored, THREADS);
        } finally {
            // also what is there of an attempt that failed, on a full target say
            bytesWritten += pass.written();
        }
        staying.stream()
                .forEach(pack -> notes.add("Pack '" + index.packObject(pack)
                        + "' stays: something that is needed in it cannot be read, and is nowhere else"));
        return staying;
    }

    private void delete(List<ObjectInfo> packs) throws DoppelException {
        bytesToDelete += packs.stream().mapToLong(ObjectInfo::size).sum();
        progress.progress(Phase.DELETE, bytesToDelete, bytesDeleted);
        int threads = Math.min(DELETIONS, storage.capabilities().parallelism());
        Parallel.Worker worker = i -> {
            cancel.check();
            storage.delete(packs.get(i).name());
            deleted(packs.get(i));
        };
        new Parallel("doppel-vault-delete", threads).run(packs.size(), () -> worker);
    }

    private synchronized void deleted(ObjectInfo pack) {
        packsDeleted++;
        bytesDeleted += pack.size();
        progress.progress(Phase.DELETE, bytesToDelete, bytesDeleted);
    }

    private static CollectReport estimate(Plan plan, List<ObjectInfo> undeleted, CollectReport now) {
        List<PackUse> away =
                Stream.concat(plan.dead().stream(), plan.sparse().stream()).toList();
        long deleted = away.stream().mapToLong(PackUse::size).sum();
        long unused = away.stream().mapToLong(PackUse::unused).sum();
        deleted += undeleted.stream().mapToLong(ObjectInfo::size).sum();
        return new CollectReport(
                away.size() + undeleted.size(),
                deleted,
                plan.copiedBytes(),
                now.bytesInUse(),
                now.bytesKept(),
                now.bytesUnused() - unused,
                now.notes());
    }

    private CollectReport report() {
        long inUse = 0;
        long kept = 0;
        long unused = 0;
        for (int pack = 0; pack < index.packCount(); pack++) {
            if (!index.isCleared(pack)) {
                PackUse use = new PackUse(pack, index.packSize(pack), live.liveBytes(pack));
                inUse += use.live();
                kept += unpublished.get(pack) ? use.unused() : 0;
                unused += unpublished.get(pack) ? 0 : use.unused();
            }
        }
        return new CollectReport(packsDeleted, bytesDeleted, bytesWritten, inUse, kept, unused, notes);
    }
}
