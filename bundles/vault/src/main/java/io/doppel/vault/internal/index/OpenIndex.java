package io.doppel.vault.internal.index;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.Storage;
import io.doppel.vault.VaultError;
import io.doppel.vault.internal.meta.KeyRing;
import io.doppel.vault.internal.pack.ObjectName;
import io.doppel.vault.internal.pack.PackInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The index of an open vault, and how it and the vault's index segments follow each other. Safe for several threads; who publishes calls
 * {@link #write}, {@link #listed} and {@link #load} one after the other.
 */
public final class OpenIndex {
    private static final Logger LOG = LoggerFactory.getLogger(OpenIndex.class);

    private final Storage storage;
    private final KeyRing keys;
    private final IndexSegments segments;
    private final IndexCache cache;
    private final ChunkIndex index = new ChunkIndex();
    private final FreshPacks fresh = new FreshPacks();
    private final Set<String> loaded = new HashSet<>();
    private final Set<String> broken = new HashSet<>();
    /** Segments that no head lists any more and that could not be deleted in the vault. */
    private final Set<String> undeleted = ConcurrentHashMap.newKeySet();

    /**
     * A segment that was written for the packs that were in none.
     *
     * @param name its name
     * @param local its local file
     * @param packs its packs
     */
    public record Written(String name, LocalSegment local, List<PackInfo> packs) {}

    /**
     * An index that knows nothing yet.
     *
     * @param folder of the vault's local index files
     * @param vault the vault's id
     */
    public OpenIndex(Storage storage, KeyRing keys, Path folder, String vault) {
        this.storage = storage;
        this.keys = keys;
        this.segments = new IndexSegments(storage, keys);
        this.cache = new IndexCache(folder, vault, segments);
    }

    /** Where everything is. */
    public ChunkIndex chunks() {
        return index;
    }

    /**
     * Loads the segments that are not loaded yet, and lets go of those that are not listed any more.
     *
     * @param listed names of the segments that the head lists
     * @param newest whether there surely is no newer head, so that a segment that is missing is lost
     * @return a warning for each segment that is lost
     * @throws DoppelException {@link VaultError#MISSING_OBJECT} if a segment is missing and {@code newest} is false; {@link
     *     VaultError#LOCAL_INDEX}; the storage's failures
     */
    public synchronized List<String> load(Collection<String> listed, boolean newest) throws DoppelException {
        List<String> more = listed.stream().filter(n -> !loaded.contains(n)).toList();
        IndexLoader loader = new IndexLoader(storage, segments, cache, index);
        try {
            loader.load(more);
        } finally {
            // also what was taken in before a failure, so that the next attempt does not take it in again
            loaded.addAll(loader.attached());
        }
        if (loader.missing() && !newest) {
            throw new DoppelException(
                    VaultError.MISSING_OBJECT, loader.warnings().get(0));
        }
        broken.addAll(loader.broken());
        List<String> gone = loaded.stream().filter(n -> !listed.contains(n)).toList();
        index.detach(gone);
        gone.forEach(loaded::remove);
        cache.retain(listed);
        return loader.warnings();
    }

    /** Listed segments that could not be loaded, until {@link #mended}. */
    public synchronized Set<String> broken() {
        return Set.copyOf(broken);
    }

    /** What was in the broken segments is in others that are listed, and the broken ones are not any more. */
    public synchronized void mended() {
        broken.clear();
    }

    /**
     * Finds packs that no segment tells of.
     *
     * @param skip names of packs that shall not be looked at; asked after the storage was listed
     * @return packs that the storage cannot read now, which are few
     */
    public List<FooterScan.Unread> adopt(Predicate<String> skip, FooterScan.Found found) throws DoppelException {
        return new FooterScan(storage, keys, index).run(skip, found);
    }

    /** Learns of a pack that is durable, if it is not known; its number. */
    public int add(PackInfo info) {
        synchronized (fresh) {
            if (!index.knowsPack(info.name())) {
                fresh.add(info);
            }
            return index.add(info);
        }
    }

    /** Whether so much is in no segment that it is time to write one. */
    public boolean many() {
        return fresh.many();
    }

    /** Whether anything is in no segment. */
    public boolean anyFresh() {
        return !fresh.all().isEmpty();
    }

    /** Does not put these packs into a segment. */
    public void forgetFresh(Predicate<PackInfo> some) {
        fresh.removeIf(some);
    }

    /**
     * Writes a segment of packs that are in none, in the vault and as a local file; empty if there are none of these.
     *
     * @param which the packs to take
     * @throws DoppelException {@link VaultError#LOCAL_INDEX}; the storage's failures
     */
    public Optional<Written> write(Predicate<PackInfo> which) throws DoppelException {
        List<PackInfo> packs = fresh.all().stream().filter(which).toList();
        if (packs.isEmpty()) {
            return Optional.empty();
        }
        SegmentRows rows = new SegmentRows(packs);
        String name = segments.write(rows);
        return Optional.of(new Written(name, local(name, () -> cache.make(name, rows)), packs));
    }

    /** Makes a local file. */
    @FunctionalInterface
    private interface Making {
        LocalSegment make() throws DoppelException;
    }

    /** The local file of a segment that was just written; without one it goes from the vault again, since no head will list it. */
    private LocalSegment local(String name, Making making) throws DoppelException {
        try {
            return making.make();
        } catch (DoppelException | RuntimeException | Error e) {
            try {
                segments.delete(name);
            } catch (DoppelException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
    }

    /** A head lists the segment, which takes the place of what is on the heap. */
    public synchronized void listed(Written segment) {
        index.attach(segment.local());
        loaded.add(segment.name());
        fresh.remove(segment.packs());
    }

    /** Names of segments that should be merged, of those that are listed; none if it is not worth the while. */
    synchronized List<String> toMerge(Collection<String> listed, Set<String> avoided) {
        Map<String, Long> entries = new HashMap<>();
        for (LocalSegment s : index.segments()) {
            if (listed.contains(s.name()) && !avoided.contains(s.name())) {
                entries.put(s.name(), s.entries());
            }
        }
        List<String> bySize = MergePlan.of(entries);
        if (!bySize.isEmpty()) {
            return bySize;
        }
        return MergePlan.ofUnused(index.uses().stream()
                .filter(u -> entries.containsKey(u.segment()))
                .toList());
    }

    /**
     * Writes a segment of these segments' entries, in the vault and as a local file.
     *
     * @param gone tells by name which packs are not there any more; their entries are left out
     * @throws SegmentProblem if one of the segments is missing or damaged
     */
    Written merge(List<String> names, Predicate<String> gone, SegmentReader.Stop stop) throws DoppelException {
        List<SegmentReader> readers = new ArrayList<>();
        for (String name : names) {
            readers.add(segments.read(name, stop));
        }
        String merged = merge(new SegmentMerge(readers, gone));
        return new Written(merged, local(merged, () -> cache.make(merged, stop)), List.of());
    }

    private String merge(SegmentMerge merge) throws DoppelException {
        try (SegmentWriter writer = segments.writer()) {
            merge.forEach(writer);
            return writer.commit(merge.packs());
        }
    }

    /** A head lists the merged segment in the place of others. */
    public synchronized void replaced(Collection<String> old, Written merged) {
        index.replace(old, merged.local());
        loaded.removeAll(old);
        loaded.add(merged.name());
    }

    /** Deletes segments that no head lists any more, here and in the vault. What cannot be deleted takes room, and does no harm. */
    public void delete(Collection<String> old) {
        old.forEach(cache::drop);
        undeleted.addAll(old);
        deleteLeft();
    }

    /**
     * Tries again to delete what could not be deleted, until it fails again. For the holder of the lease, when it has just published: who takes the
     * vault over later lists nothing of that.
     */
    public void deleteLeft() {
        for (String name : undeleted) {
            try {
                segments.delete(name);
                undeleted.remove(name);
            } catch (DoppelException e) {
                LOG.warn(
                        "Index segments that are not needed any more stay until they can be deleted, {} by now: {}",
                        undeleted.size(),
                        e.getMessage());
                return;
            }
        }
    }

    /** Segments in the vault that are not among these. */
    public List<String> unlisted(Collection<String> listed) throws DoppelException {
        return segments.stored().stream().filter(n -> !listed.contains(n)).toList();
    }

    /** For a vault that is open for reading only: moves what is in no segment from the heap to a file that goes when it is closed. */
    public synchronized void spill() throws DoppelException {
        List<PackInfo> packs = fresh.all();
        index.attach(cache.makePassing(new SegmentRows(packs)));
        fresh.remove(packs);
    }

    /** The next opening shall not rely on the local files of these segments, because the vault's own were found to be wrong. */
    public void distrust(Collection<String> names) {
        names.forEach(cache::drop);
    }

    /** Names of segments among the objects. */
    public static List<String> namesAmong(Collection<String> objects) {
        List<String> names = new ArrayList<>();
        for (String object : objects) {
            String name = ObjectName.last(object);
            if (PackTable.isName(name) && object.equals(IndexSegments.objectName(name))) {
                names.add(name);
            }
        }
        return names;
    }
}
