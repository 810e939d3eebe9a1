package io.doppel.vault.internal.session;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.Storage;
import io.doppel.vault.VaultError;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.internal.collect.ClearedPacks;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.index.FooterScan;
import io.doppel.vault.internal.index.Merger;
import io.doppel.vault.internal.index.OpenIndex;
import io.doppel.vault.internal.index.PackPresence;
import io.doppel.vault.internal.meta.Head;
import io.doppel.vault.internal.meta.HeadChange;
import io.doppel.vault.internal.meta.VaultMeta;
import io.doppel.vault.internal.pack.PackInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The packs of an open vault and the index of them: loads it, follows newer heads, keeps track of what sessions store, and publishes. Safe
 * for several threads; whoever publishes holds this object's lock meanwhile.
 */
public final class VaultPacks implements AutoCloseable {
    /** Newer heads that are looked for when what a head lists is gone, before it counts as lost. */
    private static final int ROUNDS = 5;
    /** Lost packs that are named one by one. */
    private static final int NAMED = 20;

    private final VaultMeta meta;
    private final OpenIndex openIndex;
    private final ChunkIndex index;
    private final ClearedPacks cleared;
    private final PackPresence presence;
    private final Merger merger;
    private final Consumer<String> warn;
    /** Whether packs are still unknown that broken segments told of: they are being looked for, or cannot be read. */
    private volatile boolean adopting;
    /** Packs that the storage could not read when they were looked for. */
    private volatile List<FooterScan.Unread> unread = List.of();

    /**
     * Nothing is loaded yet.
     *
     * @param folder for the local files of the index
     * @param warn told what a person should know, perhaps again
     * @param failed told of a merge that failed
     */
    public VaultPacks(Storage storage, Path folder, VaultMeta meta, Consumer<String> warn, Consumer<String> failed) {
        this.meta = meta;
        this.openIndex = new OpenIndex(storage, meta.keys(), folder, meta.id());
        this.index = openIndex.chunks();
        this.cleared = new ClearedPacks(meta, index, warn);
        this.presence = new PackPresence(storage, index);
        this.merger = new Merger(openIndex, () -> meta.head().index(), this::replaceIndex, cleared::contains, failed);
        this.warn = warn;
    }

    /** The chunks that are known. */
    public ChunkIndex chunks() {
        return index;
    }

    /** Lists of packs that were cleared. */
    public ClearedPacks cleared() {
        return cleared;
    }

    /** Makes all known that the newest head lists or that was left behind; whether index segments are lost, or packs cannot be read. */
    public boolean loadAll() throws DoppelException {
        if (meta.readOnly()) {
            return loadNewest();
        }
        boolean lost = load(meta.head(), true);
        sweep();
        adopt(lost || meta.mayHaveStrays());
        cleared.hideUnlisted();
        lookForPacks();
        return lost || !unread.isEmpty();
    }

    /**
     * Loads the segments that are not loaded yet; whether some are lost.
     *
     * @param newest whether there surely is no newer head; otherwise a missing segment is a failure
     */
    private boolean load(Head head, boolean newest) throws DoppelException {
        cleared.learn(head, newest);
        openIndex.load(head.index(), newest).forEach(warn);
        cleared.apply();
        return !openIndex.broken().isEmpty();
    }

    /**
     * For reading only: loads the newest head, and packs that it lost track of. Whoever publishes deletes segments that a newer head does
     * not need; so if one is missing, a newer head is looked for.
     *
     * @return whether segments are lost
     */
    private boolean loadNewest() throws DoppelException {
        long missedAt = -1;
        for (int round = 1; ; round++) {
            long generation = meta.head().generation();
            try {
                boolean lost = load(meta.head(), generation == missedAt || round == ROUNDS);
                adopt(lost);
                return lost;
            } catch (DoppelException e) {
                if (!e.is(VaultError.MISSING_OBJECT) || generation == missedAt || round == ROUNDS) {
                    throw e;
                }
                missedAt = generation;
                meta.refresh(newer -> {});
            }
        }
    }

    /**
     * Deletes segments that the newest head does not list: left over from a publication or merge that was broken off, or from a deletion that
     * failed. The lease is checked behind the listing: who takes over from then on lists only what comes later, so nothing of that is deleted,
     * however late we do it.
     */
    private void sweep() throws DoppelException {
        List<String> left = openIndex.unlisted(meta.head().index());
        if (!left.isEmpty()) {
            meta.checkLease();
            openIndex.delete(left);
        }
    }

    /**
     * Looks for packs that no segment tells of. Ends with all of them known but a few that cannot be read, and begins where it was broken off
     * if it was.
     */
    private void adopt(boolean needed) throws DoppelException {
        if (needed) {
            adopting = true;
            adopted(openIndex.adopt(cleared::contains, this::packFound));
        }
    }

    private void adopted(List<FooterScan.Unread> failed) throws DoppelException {
        unread = failed;
        adopting = !failed.isEmpty();
        if (adopting && index.packCount() == 0 && !meta.head().versions().isEmpty()) {
            // it would look like a vault without content
            throw failed.get(0).why();
        }
        failed.forEach(f -> warn.accept(f.warning()));
    }

    /** Finds out which packs are lost; gives a warning for each that was not known to be, and one for all behind the first of very many. */
    public List<String> lookForPacks() throws DoppelException {
        Set<Integer> gone = presence.check();
        List<String> found = new ArrayList<>();
        gone.stream()
                .limit(NAMED)
                .forEach(
                        pack -> found.add(
                                VaultError.MISSING_OBJECT.id() + ": Pack '" + index.packObject(pack)
                                        + "' is missing or has another size; the next backups store again what it held, as far as disks still have it"));
        if (gone.size() > NAMED) {
            found.add(VaultError.MISSING_OBJECT.id() + ": " + (gone.size() - NAMED)
                    + " more packs are missing or have another size; a validation of the vault names them");
        }
        Set<Integer> lost = index.distrusted().packs();
        openIndex.forgetFresh(p -> lost.contains(index.packNumber(p.name())));
        found.forEach(warn);
        return found;
    }

    /** Distrusts the index segments among these objects. */
    public void distrust(List<String> objects) throws DoppelException {
        openIndex.distrust(OpenIndex.namesAmong(objects));
    }

    /** Publishes versions, and an index segment of the packs that are in none. */
    public synchronized void list(List<VersionManifest> versions) throws DoppelException {
        Optional<OpenIndex.Written> segment = openIndex.write(pack -> true);
        List<String> added = segment.map(OpenIndex.Written::name).stream().toList();
        // as long as not all that the broken ones told of is found, they stay listed, and the next opening looks for
        // the rest
        Set<String> replaced = adopting ? Set.of() : openIndex.broken();
        meta.publish(new HeadChange(versions, added, List.of(), replaced));
        if (!adopting) {
            openIndex.mended();
        }
        segment.ifPresent(openIndex::listed);
        openIndex.deleteLeft();
        // also while packs are being found, which may give thousands of segments
        merger.wake();
    }

    private synchronized void replaceIndex(Collection<String> old, OpenIndex.Written merged) throws DoppelException {
        meta.publish(HeadChange.replacingIndex(old, List.of(merged.name())));
        openIndex.replaced(old, merged);
    }

    /** Publishes a change that concerns no pack. */
    public synchronized void publish(HeadChange change) throws DoppelException {
        meta.publish(change);
    }

    /** Publishes that these packs may be deleted; see {@link io.doppel.vault.internal.collect.CollectedVault#publishCleared}. */
    public synchronized void publishCleared(Set<Integer> packs, Set<String> walked) throws DoppelException {
        String list = meta.reserve().withRoom(() -> cleared.put(packs));
        Predicate<PackInfo> leaves = pack -> packs.contains(index.packNumber(pack.name()));
        Optional<OpenIndex.Written> segment = meta.reserve().withRoom(() -> openIndex.write(leaves.negate()));
        List<String> added = segment.map(OpenIndex.Written::name).stream().toList();
        try {
            meta.reserve().withRoom(() -> meta.publish(HeadChange.clearing(list, added, walked)));
        } catch (DoppelException e) {
            if (e.is(VaultError.MOVED_ON)) {
                meta.cleared().delete(list);
            }
            throw e;
        }
        segment.ifPresent(openIndex::listed);
        openIndex.forgetFresh(leaves);
        cleared.cleared(packs);
        merger.wake();
    }

    /** Has heads no longer name lists of packs that were cleared, unless a listed segment that cannot be read may name one of these packs. */
    public synchronized void forgetDone() throws DoppelException {
        if (openIndex.broken().isEmpty()) {
            cleared.forgetDone();
        }
    }

    /** Learns of packs in the storage that no segment tells of. */
    public void adoptStrays(Predicate<String> skip) throws DoppelException {
        adopted(openIndex.adopt(name -> cleared.contains(name) || skip.test(name), this::packFound));
    }

    /**
     * For reading only: looks at the newest head. One look follows another; without the lock of this, which the threads need that help to find
     * packs.
     */
    public void refresh() throws DoppelException {
        // if a segment is missing, there should be a head that is newer yet
        long[] missedAt = {-1};
        for (int round = 1; ; round++) {
            long[] tried = {-1};
            boolean last = round == ROUNDS;
            try {
                meta.refresh(head -> {
                    tried[0] = head.generation();
                    adopt(load(head, last || head.generation() == missedAt[0]));
                });
                return;
            } catch (DoppelException e) {
                if (!e.is(VaultError.MISSING_OBJECT) || last || tried[0] < 0 || tried[0] == missedAt[0]) {
                    throw e;
                }
                missedAt[0] = tried[0];
            }
        }
    }

    /** Takes a new pack, which is durable; its number. */
    public int packStored(PackInfo info) throws DoppelException {
        int pack = openIndex.add(info);
        if (openIndex.many()) {
            putInSegment();
        }
        return pack;
    }

    /** Takes a pack that was left behind; its number. Without all of them neither an opening nor a purge gets on. */
    private int packFound(PackInfo info) throws DoppelException {
        int pack = openIndex.add(info);
        if (openIndex.many()) {
            meta.reserve().withRoom(this::putInSegment);
        }
        return pack;
    }

    /** Bounds the memory of sessions that store much, and what a crash leaves to be found again. */
    private synchronized void putInSegment() throws DoppelException {
        if (!openIndex.many()) {
            return;
        }
        if (meta.readOnly()) {
            openIndex.spill();
        } else {
            list(List.of());
        }
    }

    /**
     * What sessions stored without publishing is found by whoever opens the vault next, as after a crash. So is what could not be read of what
     * the end before this left behind.
     */
    public void listLeftovers() {
        if (meta.readOnly()) {
            return;
        }
        try {
            if (openIndex.anyFresh() || !adopting && !openIndex.broken().isEmpty()) {
                list(List.of());
            }
        } catch (DoppelException e) {
            meta.keepLease(e);
            openIndex.forgetFresh(all -> true);
        }
        if (meta.mayHaveStrays()) {
            unread.stream().findFirst().ifPresent(u -> meta.keepLease(u.why()));
        }
    }

    /** Merges segments if that is worth it, in the background. */
    public void wakeMerger() {
        merger.wake();
    }

    /** Waits until nothing is being merged. */
    public void awaitMerge() {
        merger.await();
    }

    /** Ends a merge; nothing is listed by that. */
    @Override
    public void close() {
        merger.close();
    }
}
