package io.doppel.vault;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.internal.collect.CollectedVault;
import io.doppel.vault.internal.collect.Collector;
import io.doppel.vault.internal.collect.VersionUse;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.index.IndexLoader;
import io.doppel.vault.internal.index.IndexSegments;
import io.doppel.vault.internal.index.PackPresence;
import io.doppel.vault.internal.meta.ClearedList;
import io.doppel.vault.internal.meta.Head;
import io.doppel.vault.internal.meta.HeadChange;
import io.doppel.vault.internal.meta.HeadVersion;
import io.doppel.vault.internal.meta.VaultMeta;
import io.doppel.vault.internal.pack.Codec;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.pack.Proof;
import io.doppel.vault.internal.pack.RecordReader;
import io.doppel.vault.internal.read.SharedNodes;
import io.doppel.vault.internal.read.StoredDisk;
import io.doppel.vault.internal.session.BaseCheck;
import io.doppel.vault.internal.session.Session;
import io.doppel.vault.internal.session.VaultParts;
import io.doppel.vault.internal.tree.TreeReader;
import io.doppel.vault.internal.verify.Verifier;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open vault (docs/vault-format.md). Safe for several threads. Does not close the storage it was given.
 *
 * <p>Memory: the index, 46 to 92 bytes a chunk, and what sessions and readers say they hold.
 */
public final class Vault implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Vault.class);

    private final Storage storage;
    private final VaultMeta meta;
    private final ChunkIndex index = new ChunkIndex();
    private final IndexSegments segments;
    private final PackPresence presence;
    private final SharedNodes nodes;
    private final BaseCheck bases;
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();
    private final Set<String> loadedSegments = new HashSet<>();
    private final Set<String> brokenSegments = new HashSet<>();
    private final List<String> warnings = new CopyOnWriteArrayList<>();
    /** Packs that are durable but in no index segment yet. */
    private final List<PackInfo> unindexed = new ArrayList<>();
    /** Names of packs on cleared lists that the head names. */
    private final Set<String> clearedPacks = ConcurrentHashMap.newKeySet();

    private final VersionUse versionUse = new VersionUse();
    private final AtomicBoolean collecting = new AtomicBoolean();

    private Vault(Storage storage, VaultMeta meta) throws DoppelException {
        this.storage = storage;
        this.meta = meta;
        this.segments = new IndexSegments(storage, meta.keys());
        this.presence = new PackPresence(storage, index);
        this.nodes = new SharedNodes(this::newRecordReader);
        this.warnings.addAll(meta.warnings());
        load(meta.head(), meta.mayHaveStrays());
        if (!readOnly()) {
            hideUnlistedCleared();
            lookForPacks();
        }
        this.bases = new BaseCheck(index, nodes, !brokenSegments.isEmpty());
    }

    /**
     * Makes a vault on an empty storage target.
     *
     * @param stateDir where this server keeps its key file and what it remembers of the vault; made if missing, mode 0700
     * @param compression {@code zstd} or {@code lz4}
     * @param passphrase first passphrase; empty for none
     * @throws DoppelException {@link VaultError#EXISTS}; the storage's failures
     */
    public static Vault create(Storage storage, Path stateDir, VaultOwner owner, String compression, char[] passphrase)
            throws DoppelException {
        return opened(storage, VaultMeta.create(storage, stateDir, owner, compression, passphrase));
    }

    /**
     * Opens a vault.
     *
     * @param unlock passphrase or recovery key, needed if this server has no key file for it; may be empty
     * @throws DoppelException a {@link VaultError}; the storage's failures
     */
    public static Vault open(Storage storage, Path stateDir, VaultOwner owner, VaultAccess access, char[] unlock)
            throws DoppelException {
        return opened(storage, VaultMeta.open(storage, stateDir, owner, access, unlock));
    }

    private static Vault opened(Storage storage, VaultMeta meta) throws DoppelException {
        try {
            return new Vault(storage, meta);
        } catch (DoppelException | RuntimeException | Error e) {
            if (meta.mayHaveStrays()) {
                // the packs that the end before left behind may not be known yet
                meta.keepLease(e);
            }
            meta.close();
            throw e;
        }
    }

    /** Loads the segments that are not loaded yet; packs that they do not tell of are looked for if there may be any. */
    private void load(Head head, boolean mayHaveOrphans) throws DoppelException {
        List<String> fresh =
                head.index().stream().filter(n -> !loadedSegments.contains(n)).toList();
        IndexLoader loader = loader();
        for (String list : head.cleared()) {
            readCleared(list).ifPresent(c -> clearedPacks.addAll(packsOf(c)));
        }
        loader.load(fresh).stream().filter(w -> !warnings.contains(w)).forEach(warnings::add);
        loadedSegments.addAll(fresh);
        loadedSegments.removeAll(loader.broken());
        brokenSegments.addAll(loader.broken());
        if (mayHaveOrphans || !loader.broken().isEmpty()) {
            unindexed.addAll(loader.adopt(clearedPacks::contains));
        }
        index.clear(numbers(clearedPacks));
    }

    private IndexLoader loader() {
        return new IndexLoader(storage, meta.keys(), segments, index);
    }

    /** A cleared list; none, with a warning, if it cannot be read: then its packs are missing like others that somebody deleted. */
    private Optional<ClearedList> readCleared(String id) throws DoppelException {
        try {
            return Optional.of(meta.cleared().get(id));
        } catch (DoppelException e) {
            if (!e.is(VaultError.DAMAGED_OBJECT) && !e.is(VaultError.MISSING_OBJECT)) {
                throw e;
            }
            String warning = e.code().id() + ": " + e.what();
            if (!warnings.contains(warning)) {
                warnings.add(warning);
            }
            return Optional.empty();
        }
    }

    /** What is on a list that no head names may have been cleared by a head that cannot be read any more. */
    private void hideUnlistedCleared() throws DoppelException {
        for (String list : meta.cleared().stored()) {
            if (!meta.head().cleared().contains(list)) {
                Optional<ClearedList> unlisted = readCleared(list);
                unlisted.ifPresent(c -> index.hide(numbers(packsOf(c))));
            }
        }
    }

    private static List<String> packsOf(ClearedList list) {
        return Stream.concat(list.data().stream(), list.tree().stream()).toList();
    }

    private Set<Integer> numbers(Collection<String> packs) {
        return packs.stream().map(index::packNumber).filter(n -> n >= 0).collect(Collectors.toSet());
    }

    /** Finds out which packs are lost; gives a warning for each that was not known to be. */
    private List<String> lookForPacks() throws DoppelException {
        List<String> found = new ArrayList<>();
        for (String pack : presence.check()) {
            found.add(VaultError.MISSING_OBJECT.id() + ": Pack '" + pack
                    + "' is missing or has another size; backups that read everything store again what it held");
        }
        synchronized (unindexed) {
            Set<Integer> lost = index.distrusted().packs();
            unindexed.removeIf(p -> lost.contains(index.packNumber(p.name())));
        }
        warnings.addAll(found);
        return found;
    }

    /** The vault's own id. */
    public String id() {
        return meta.id();
    }

    /** Whether nothing can be changed. */
    public boolean readOnly() {
        return meta.readOnly();
    }

    /** What was found wrong when it was opened, and how it was made good; sentences for people. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** Ids of all versions, oldest first. */
    public List<String> versionIds() {
        return meta.head().versions().stream().map(HeadVersion::id).toList();
    }

    /**
     * What the vault's list says of a version, for one whose own object cannot be read.
     *
     * @param host name of its host
     * @param machineId its machine's id on that host
     * @param takenAt when the state was taken
     */
    public record Listed(String host, String machineId, Instant takenAt) {}

    /** What the list says of a version. */
    public Listed listed(String id) throws DoppelException {
        return meta.head().versions().stream()
                .filter(v -> v.id().equals(id))
                .findFirst()
                .map(v -> new Listed(v.host(), v.machineId(), v.takenAt()))
                .orElseThrow(() -> noVersion(id));
    }

    private static DoppelException noVersion(String id) {
        return new DoppelException(VaultError.NO_VERSION, "There is no version '" + id + "'");
    }

    /** A version. */
    public VersionManifest version(String id) throws DoppelException {
        if (!meta.head().lists(id)) {
            throw noVersion(id);
        }
        return meta.version(id);
    }

    /** Bytes of all packs that are known. */
    public long packBytes() {
        long sum = 0;
        for (int i = 0; i < index.packCount(); i++) {
            sum += index.isCleared(i) ? 0 : index.packSize(i);
        }
        return sum;
    }

    /**
     * Why no version can take over parts of a version's disk, so that everything has to be read for the next one; empty if it can.
     * Reads the disk's whole tree in a vault that lost packs, once until more is lost, and nothing otherwise.
     *
     * @param cancel looked at for each GiB of the disk
     * @throws DoppelException {@link VaultError#NO_VERSION}, {@link VaultError#NO_DISK}; the storage's failures
     */
    public Optional<String> noBaseReason(String versionId, String diskKey, CancelToken cancel) throws DoppelException {
        try {
            bases.check(versionId, disk(versionId, diskKey), cancel);
            return Optional.empty();
        } catch (DoppelException e) {
            if (e.is(VaultError.PACK_GONE)) {
                return Optional.of(e.what());
            }
            throw e;
        }
    }

    /** Starts to store a machine. */
    public WriteSession begin() throws DoppelException {
        requireWritable();
        meta.checkLease();
        Session session = new Session(parts(), this::disk, s -> sessions.remove(s.id()));
        sessions.put(session.id(), session);
        return session;
    }

    private void requireWritable() throws DoppelException {
        if (readOnly()) {
            throw new DoppelException(VaultError.READ_ONLY, "Vault " + id() + " is open for reading only");
        }
    }

    /** The open session of that id. */
    public Optional<WriteSession> session(String id) {
        return Optional.ofNullable(sessions.get(id));
    }

    /**
     * Publishes a version: flushes the session, checks that the packs that it depends on are still there, writes the index segment,
     * the version and the head. On return the version is durable and listed; on failure it is not listed, unless the storage
     * left that open, which is then found out.
     *
     * @param draft the version; id, lease epoch and time of storing are set here
     * @throws DoppelException {@link VaultError#PACK_GONE}, {@link VaultError#LEASE_LOST}; the storage's failures
     */
    public VersionManifest publish(WriteSession session, VersionManifest draft) throws DoppelException {
        Session own = sessions.get(session.id());
        if (own == null) {
            throw Session.ended();
        }
        own.flush();
        lookForPacks().forEach(w -> LOG.warn("Vault {}: {}", id(), w));
        own.checkPacks();
        synchronized (this) {
            VersionManifest version = VersionIds.stamp(draft, meta.leaseEpoch());
            list(List.of(version));
            return version;
        }
    }

    /** Publishes versions, and an index segment of the packs that are in none. */
    private synchronized void list(List<VersionManifest> versions) throws DoppelException {
        List<String> added = new ArrayList<>();
        List<PackInfo> packs = snapshotOfUnindexed();
        if (!packs.isEmpty()) {
            added.add(segments.write(packs));
        }
        meta.publish(new HeadChange(versions, added, List.of(), brokenSegments));
        brokenSegments.clear();
        forget(packs);
    }

    private List<PackInfo> snapshotOfUnindexed() {
        synchronized (unindexed) {
            return List.copyOf(unindexed);
        }
    }

    private void forget(List<PackInfo> packs) {
        synchronized (unindexed) {
            unindexed.removeAll(packs);
        }
    }

    private VersionManifest.Disk disk(String versionId, String diskKey) throws DoppelException {
        return version(versionId)
                .disk(diskKey)
                .orElseThrow(() -> new DoppelException(
                        VaultError.NO_DISK, "Version " + versionId + " has no disk '" + diskKey + "'"));
    }

    /** Opens a disk of a version for reading; the caller closes it. Until then the version is not removed. */
    public VersionDisk openDisk(String versionId, String diskKey) throws DoppelException {
        VersionUse.Use use = versionUse.begin(versionId);
        boolean done = false;
        try {
            VersionManifest.Disk disk = disk(versionId, diskKey);
            byte[] root = disk.root() == null ? null : HexFormat.of().parseHex(disk.root());
            TreeReader tree = new TreeReader(nodes, root, disk.size());
            VersionDisk open = new StoredDisk(tree, index, this::newRecordReader, use);
            done = true;
            return open;
        } finally {
            if (!done) {
                use.close();
            }
        }
    }

    /**
     * Removes versions, all of them or none. Their space is given back by {@link #collect}.
     *
     * @throws DoppelException {@link VaultError#NO_VERSION}; {@link VaultError#IN_USE} if a session or an open disk needs one of them;
     *     {@link VaultError#READ_ONLY}; {@link VaultError#LEASE_LOST}; the storage's failures, after which it may turn out that they are
     *     removed all the same
     */
    public void remove(Collection<String> ids) throws DoppelException {
        requireWritable();
        for (String id : ids) {
            listed(id);
        }
        versionUse.leave(ids);
        boolean open = true;
        try {
            synchronized (this) {
                meta.publish(HeadChange.removing(ids));
            }
            open = false;
        } catch (DoppelException e) {
            open = !e.is(StorageError.FULL) && !e.is(VaultError.LEASE_LOST);
            throw e;
        } finally {
            if (!open) {
                versionUse.decided(ids);
            }
        }
        meta.deleteVersions(ids);
    }

    /**
     * Gives back the space of what no version needs, beside sessions and readers. What has been freed stays freed, whatever happens later.
     *
     * @throws DoppelException {@link VaultError#BUSY} if this goes on already; {@link VaultError#UNKNOWN_NEED}; {@link
     *     VaultError#READ_ONLY}; {@link VaultError#LEASE_LOST}; whatever the token throws; the storage's failures
     */
    public CollectReport collect(CollectOptions options, CollectProgress progress, CancelToken cancel)
            throws DoppelException {
        requireWritable();
        if (!collecting.compareAndSet(false, true)) {
            throw new DoppelException(VaultError.BUSY, "Vault " + id() + " is being purged");
        }
        try {
            // what was cleared when we opened the vault counts if nobody had taken it over by then
            meta.checkLease();
            Collector collector =
                    new Collector(new Collected(), storage, meta.keys(), index, nodes, options, progress, cancel);
            return collector.run();
        } finally {
            collecting.set(false);
        }
    }

    private final class Collected implements CollectedVault {
        @Override
        public List<String> versionIds() {
            return Vault.this.versionIds();
        }

        @Override
        public VersionManifest version(String id) throws DoppelException {
            return Vault.this.version(id);
        }

        @Override
        public BitSet packsOfSessions() {
            BitSet all = new BitSet();
            sessions.values().forEach(s -> all.or(s.usedPacks()));
            return all;
        }

        @Override
        public List<ObjectInfo> adoptStrays() throws DoppelException {
            List<PackInfo> strays = loader().adopt(name ->
                    clearedPacks.contains(name) || sessions.values().stream().anyMatch(s -> s.isWriting(name)));
            synchronized (unindexed) {
                unindexed.addAll(strays);
            }
            Queue<ObjectInfo> undeleted = new ConcurrentLinkedQueue<>();
            for (ObjectKind kind : ObjectKind.values()) {
                storage.list(kind.folder(), o -> {
                    if (clearedPacks.contains(o.name().substring(o.name().lastIndexOf('/') + 1))) {
                        undeleted.add(o);
                    }
                });
            }
            return List.copyOf(undeleted);
        }

        @Override
        public void packStored(PackInfo info) {
            Vault.this.packStored(info);
        }

        @Override
        public void publishCleared(Set<Integer> packs, Set<String> walked) throws DoppelException {
            Vault.this.publishCleared(packs, walked);
        }
    }

    private synchronized void publishCleared(Set<Integer> packs, Set<String> walked) throws DoppelException {
        Map<ObjectKind, List<String>> names = packs.stream()
                .collect(Collectors.groupingBy(
                        index::packKind, Collectors.mapping(index::packName, Collectors.toList())));
        String list = meta.cleared()
                .put(
                        meta.leaseEpoch(),
                        names.getOrDefault(ObjectKind.DATA, List.of()),
                        names.getOrDefault(ObjectKind.NODE, List.of()));
        List<PackInfo> fresh = snapshotOfUnindexed();
        List<PackInfo> staying = fresh.stream()
                .filter(p -> !packs.contains(index.packNumber(p.name())))
                .toList();
        List<String> added = staying.isEmpty() ? List.of() : List.of(segments.write(staying));
        try {
            meta.publish(HeadChange.clearing(list, added, walked));
        } catch (DoppelException e) {
            if (e.is(VaultError.MOVED_ON)) {
                meta.cleared().delete(list);
            }
            throw e;
        }
        forget(fresh);
        names.values().forEach(clearedPacks::addAll);
        index.clear(packs);
    }

    /**
     * Verifies objects and versions. As long as the vault is open, what is in packs that are found damaged counts as not stored, so
     * that it is stored again by whoever reads it.
     *
     * @param versionIds the versions to check with all they need; empty for the whole vault
     * @param progress told of bytes to check and bytes checked
     */
    public VerifyReport verify(List<String> versionIds, VerifyProgress progress, CancelToken cancel)
            throws DoppelException {
        VerifyReport report = new Verifier(storage, meta, index, nodes).verify(versionIds, progress, cancel);
        // without keys, all looks damaged
        meta.requireOpen();
        return report;
    }

    /** Key slots and key epochs, as long as the vault is open. */
    public VaultKeys keys() {
        return meta.admin();
    }

    /** The recovery key as text, in an array that the caller clears. */
    public char[] recoveryKey() throws DoppelException {
        return meta.recoveryKeyText();
    }

    /** Remembers on this server that the recovery key was exported. */
    public void markRecoveryKeyExported() throws DoppelException {
        meta.markRecoveryExported();
    }

    /** Whether the recovery key was exported from this server. */
    public boolean recoveryKeyExported() {
        return meta.recoveryExported();
    }

    /** For a vault that is open for reading only: looks at its newest state. */
    public synchronized void refresh() throws DoppelException {
        meta.refresh(head -> load(head, false));
    }

    private VaultParts parts() {
        return new VaultParts(
                id(),
                storage,
                meta.keys(),
                index,
                Codec.byName(meta.compression()),
                nodes,
                bases,
                versionUse,
                this::packStored);
    }

    private int packStored(PackInfo info) {
        synchronized (unindexed) {
            unindexed.add(info);
        }
        return index.add(info);
    }

    private RecordReader newRecordReader() {
        return newRecordReader(Proof.ID);
    }

    private RecordReader newRecordReader(Proof proof) {
        return new RecordReader(storage, meta.keys(), index, proof, meta::requireOpen);
    }

    /** What sessions stored without publishing is found by whoever opens the vault next, as after a crash. */
    private void listLeftovers() {
        List<PackInfo> packs = snapshotOfUnindexed();
        if (packs.isEmpty() || readOnly()) {
            return;
        }
        try {
            list(List.of());
        } catch (DoppelException e) {
            meta.keepLease(e);
            forget(packs);
        }
    }

    /** Ends the sessions and releases the lease, whatever fails on the way. */
    @Override
    public void close() throws DoppelException {
        try {
            sessions.values().forEach(Session::close);
            listLeftovers();
        } catch (RuntimeException | Error e) {
            // what the sessions stored may be in no index segment
            meta.keepLease(e);
            throw e;
        } finally {
            nodes.close();
            meta.close();
        }
    }
}
