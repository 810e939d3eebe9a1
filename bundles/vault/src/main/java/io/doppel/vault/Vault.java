package io.doppel.vault;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.ByteCount;
import io.doppel.api.job.CancelToken;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageCapabilities;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.copy.CopyOptions;
import io.doppel.vault.copy.CopyProgress;
import io.doppel.vault.copy.CopyReport;
import io.doppel.vault.internal.collect.CollectedVault;
import io.doppel.vault.internal.collect.Collector;
import io.doppel.vault.internal.collect.UnpublishedPacks;
import io.doppel.vault.internal.collect.VersionUse;
import io.doppel.vault.internal.copy.CopySource;
import io.doppel.vault.internal.copy.VersionCopier;
import io.doppel.vault.internal.hold.OpenHolds;
import io.doppel.vault.internal.hold.VersionRemoval;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.meta.HeadVersion;
import io.doppel.vault.internal.meta.HeadVersions;
import io.doppel.vault.internal.meta.Problems;
import io.doppel.vault.internal.meta.Reserve;
import io.doppel.vault.internal.meta.VaultMeta;
import io.doppel.vault.internal.pack.Codec;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.pack.Proof;
import io.doppel.vault.internal.pack.RecordReader;
import io.doppel.vault.internal.read.SharedNodes;
import io.doppel.vault.internal.read.StoredDisk;
import io.doppel.vault.internal.session.BaseCheck;
import io.doppel.vault.internal.session.Session;
import io.doppel.vault.internal.session.VaultPacks;
import io.doppel.vault.internal.session.VaultParts;
import io.doppel.vault.internal.tree.TreeReader;
import io.doppel.vault.internal.verify.KnownPacks;
import io.doppel.vault.internal.verify.Verifier;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open vault (docs/vault-format.md). Safe for several threads. Does not close the storage it was given.
 *
 * <p>Memory: the index, which is in mapped files in the server's folder but for what was stored last and 40 bytes a pack, and what
 * sessions and readers say they hold.
 */
public final class Vault implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Vault.class);

    private final Storage storage;
    private final VaultMeta meta;
    private final VaultPacks packs;
    private final ChunkIndex index;
    private final SharedNodes nodes;
    private final BaseCheck bases;
    private final KnownPacks known;
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();
    private final List<String> warnings = new CopyOnWriteArrayList<>();
    private final UnpublishedPacks unpublished;
    private final VersionUse versionUse = new VersionUse();
    private final OpenHolds holds;
    private final VersionRemoval removal;
    private final AtomicBoolean collecting = new AtomicBoolean();

    private Vault(Storage storage, Path stateDir, VaultOwner owner, VaultMeta meta) throws DoppelException {
        this.storage = storage;
        this.meta = meta;
        this.holds = new OpenHolds(meta, owner, versionUse);
        this.packs = new VaultPacks(storage, stateDir.resolve("index"), meta, this::warnOnce, this::warn);
        this.removal = new VersionRemoval(meta, packs, holds, versionUse);
        this.index = packs.chunks();
        this.unpublished = new UnpublishedPacks(stateDir.resolve("unpublished"), index);
        this.nodes = new SharedNodes(this::newRecordReader);
        this.known = new KnownPacks(
                stateDir,
                meta.id(),
                index,
                (options, onPack) -> new Verifier(storage, meta, index, nodes, options, (pack, found) -> {
                    // without keys, all looks damaged
                    meta.requireOpen();
                    onPack.pack(pack, found);
                }),
                this::found);
        boolean done = false;
        try {
            boolean segmentsLost = packs.loadAll();
            known.load();
            this.bases = new BaseCheck(index, nodes, segmentsLost);
            if (!readOnly()) {
                meta.reserve().fill();
                packs.wakeMerger();
            }
            done = true;
        } finally {
            if (!done) {
                // a merge may have begun while packs were being found
                packs.close();
            }
        }
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
        return opened(storage, stateDir, owner, VaultMeta.create(storage, stateDir, owner, compression, passphrase));
    }

    /**
     * As {@link #create(Storage, Path, VaultOwner, String, char[])}, in the dedup domain of another vault, so that versions can be copied
     * between the two; keys and passphrases are its own.
     *
     * @param domainOf an open vault, also one for reading only
     * @throws DoppelException {@link VaultError#CLOSED} if that one is closed, too
     */
    public static Vault create(
            Storage storage, Path stateDir, VaultOwner owner, String compression, char[] passphrase, Vault domainOf)
            throws DoppelException {
        VaultMeta made = VaultMeta.create(storage, stateDir, owner, compression, passphrase, domainOf.meta);
        return opened(storage, stateDir, owner, made);
    }

    /**
     * Opens a vault.
     *
     * @param unlock passphrase or recovery key, needed if this server has no key file for it; may be empty
     * @throws DoppelException a {@link VaultError}; the storage's failures
     */
    public static Vault open(Storage storage, Path stateDir, VaultOwner owner, VaultAccess access, char[] unlock)
            throws DoppelException {
        return opened(storage, stateDir, owner, VaultMeta.open(storage, stateDir, owner, access, unlock));
    }

    /**
     * The ids that the vault there may have, as its config and the copies of that say without anybody's key. For a look at what is there:
     * only {@link #open} proves it. Reads only, beside whoever uses the vault.
     *
     * @throws DoppelException {@link VaultError#NO_VAULT}; {@link VaultError#NEWER_FORMAT}; what is wrong with the config if that leaves no id
     */
    public static Set<String> idsAt(Storage storage) throws DoppelException {
        return VaultMeta.idsAt(storage);
    }

    private static Vault opened(Storage storage, Path stateDir, VaultOwner owner, VaultMeta meta)
            throws DoppelException {
        try {
            return new Vault(storage, stateDir, owner, meta);
        } catch (DoppelException | RuntimeException | Error e) {
            meta.closeAfter(e);
            throw e;
        }
    }

    /** The vault's own id. */
    public String id() {
        return meta.id();
    }

    /** Whether nothing can be changed. */
    public boolean readOnly() {
        return meta.readOnly();
    }

    /** What was found wrong when it was opened or since, and how it was made good; sentences for people. */
    public List<String> warnings() {
        return Stream.concat(meta.warnings().stream(), warnings.stream()).toList();
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
        return meta.head()
                .versions()
                .find(id)
                .map(v -> new Listed(v.host(), v.machineId(), v.takenAt()))
                .orElseThrow(() -> Problems.noVersion(id));
    }

    /** A version. */
    public VersionManifest version(String id) throws DoppelException {
        if (!meta.head().lists(id)) {
            throw Problems.noVersion(id);
        }
        return meta.version(id);
    }

    /** Bytes of all packs that are known. */
    public long packBytes() {
        return index.packBytes();
    }

    /**
     * Bytes before compression of all chunks that are in packs which are known, needed or not; those of a chunk that was stored twice count
     * twice.
     */
    public long uniqueBytes() {
        return index.dataRawBytes();
    }

    /**
     * Why no version can take over parts of a version's disk, so that everything has to be read for the next one; empty if it can, but
     * for {@link #damaged}. Reads the disk's whole tree in a vault that lost something, once until more is lost, and nothing otherwise.
     *
     * @param cancel looked at for each GiB of the disk
     * @throws DoppelException {@link VaultError#NO_VERSION}, {@link VaultError#NO_DISK}; the storage's failures
     */
    public Optional<String> noBaseReason(String versionId, String diskKey, CancelToken cancel) throws DoppelException {
        try {
            return bases.unusable(disk(versionId, diskKey), cancel);
        } catch (DoppelException e) {
            if (e.is(VaultError.DAMAGED_OBJECT) || e.is(VaultError.MISSING_OBJECT)) {
                return Optional.of(e.what());
            }
            throw e;
        }
    }

    /**
     * What of a version's disk is known to be damaged, so that whoever takes over the rest has to read it, ascending and disjoint. Works
     * and fails as {@link #noBaseReason}, whose answer has to be none.
     */
    public List<ByteRange> damaged(String versionId, String diskKey, CancelToken cancel) throws DoppelException {
        return bases.damaged(disk(versionId, diskKey), cancel);
    }

    /**
     * Starts to store a machine.
     *
     * @throws DoppelException {@link VaultError#READ_ONLY}; {@link VaultError#LEASE_LOST}; {@link StorageError#FULL} as long as the target has no
     *     room but for what gives back space; the storage's failures
     */
    public WriteSession begin() throws DoppelException {
        return newSession(Long.MAX_VALUE);
    }

    /**
     * As {@link #begin}.
     *
     * @param mostPackBytes bytes at which packs are closed at the latest
     */
    Session newSession(long mostPackBytes) throws DoppelException {
        requireWritable();
        meta.checkLease();
        if (!meta.reserve().fill()) {
            throw new DoppelException(
                    StorageError.FULL,
                    "The storage target is full but for the " + ByteCount.text(Reserve.BYTES)
                            + " that the vault keeps there for removing versions and for purging. Purge the vault, or make room by other means");
        }
        Session session = new Session(parts(), this::disk, s -> sessions.remove(s.id()), mostPackBytes);
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
     * Publishes a version: flushes the session, checks that what it depends on is still there, writes the index segment,
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
        return publish(own, draft, Optional::empty);
    }

    /** Makes what a session stored durable and checks that these disks can be built on it. */
    private void check(Session session, List<VersionManifest.Disk> disks) throws DoppelException {
        session.flush();
        packs.lookForPacks().forEach(w -> LOG.warn("Vault {}: {}", id(), w));
        session.checkDisks(disks);
    }

    /** With the lock of the packs. */
    private VersionManifest list(Session session, VersionManifest draft) throws DoppelException {
        VersionManifest version = VersionIds.stamp(draft, meta.leaseEpoch());
        packs.list(List.of(version));
        unpublished.published(session.id());
        return version;
    }

    /** Whether versions can be copied between this and another open vault. */
    public boolean sharesDomain(Vault other) throws DoppelException {
        return meta.sharesDomain(other.meta);
    }

    /**
     * Copies a version of another vault into this one (docs/vault-format.md §17): sends what this one lacks, proves that it arrived and
     * publishes. If this one lists the same state already, only what is known to be damaged of it here is sent, and nothing published. Nobody
     * removes the version meanwhile in this opening of the source; against others a hold is the caller's to put. After a failure, what was
     * sent is found again by the next attempt.
     *
     * @param options with more streams than the storages can do at once, fewer are used
     * @throws DoppelException {@link VaultError#OTHER_DOMAIN}; {@link VaultError#NO_VERSION}; {@link VaultError#DAMAGED_SOURCE}; {@link
     *     VaultError#NOT_ARRIVED}; what {@link #begin} and {@link #publish} throw; whatever the token throws
     */
    public CopyReport copyFrom(
            Vault source, String versionId, CopyOptions options, CopyProgress progress, CancelToken cancel)
            throws DoppelException {
        requireWritable();
        return new VersionCopy(source, this, options, progress, cancel).run(versionId);
    }

    /** What a copy reads of this vault. */
    CopySource copySource() {
        return new CopySource(storage, meta.keys(), index, nodes, this::newRecordReader, meta::requireOpen);
    }

    /** Sends to this vault. */
    VersionCopier copier(
            CopySource source, Session session, CopyOptions options, CopyProgress progress, CancelToken cancel) {
        return new VersionCopier(source, parts(), meta::requireOpen, session, options, progress, cancel);
    }

    /** The versions as the newest head that is known lists them. */
    HeadVersions heads() {
        return meta.head().versions();
    }

    /** What the storage can do. */
    StorageCapabilities capabilities() {
        return storage.capabilities();
    }

    /** Keeps a version from being removed in this opening of the vault. */
    VersionUse.Use use(String versionId) throws DoppelException {
        return versionUse.begin(versionId);
    }

    /** Whether nothing is known to be damaged that the version needs; works as {@link #noBaseReason}. */
    boolean isWhole(VersionManifest version, CancelToken cancel) throws DoppelException {
        for (VersionManifest.Disk disk : version.disks()) {
            if (bases.unusable(disk, cancel).isPresent()
                    || !bases.damaged(disk, cancel).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** Finds a version that was published meanwhile. */
    @FunctionalInterface
    interface Twin {
        /** That version. */
        Optional<VersionManifest> find() throws DoppelException;
    }

    /**
     * As {@link #publish}; but if there is a version that serves as well, what was stored is listed without a new one.
     *
     * @param twin asked when nobody else publishes
     */
    VersionManifest publish(Session session, VersionManifest draft, Twin twin) throws DoppelException {
        check(session, draft.disks());
        synchronized (packs) {
            Optional<VersionManifest> there = twin.find();
            if (there.isEmpty()) {
                return list(session, draft);
            }
            packs.list(List.of());
            unpublished.published(session.id());
            return there.get();
        }
    }

    private void warn(String warning) {
        LOG.warn("Vault {}: {}", id(), warning);
        warnOnce(warning);
    }

    private void warnOnce(String warning) {
        if (!warnings.contains(warning)) {
            warnings.add(warning);
        }
    }

    /** Waits until index segments are merged, if they are being merged in the background. */
    public void awaitMerge() {
        packs.awaitMerge();
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
            byte[] root = disk.rootId();
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
     *     {@link VaultError#ON_HOLD}; {@link VaultError#UNREADABLE_HOLD}; {@link VaultError#READ_ONLY}; {@link VaultError#LEASE_LOST}; the storage's failures, after which it may turn out that they are
     *     removed all the same
     */
    public void remove(Collection<String> ids) throws DoppelException {
        requireWritable();
        for (String id : ids) {
            listed(id);
        }
        removal.remove(ids);
    }

    /** What keeps versions from being removed, as long as the vault is open. */
    public VaultHolds holds() {
        return holds;
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
            Collector collector = new Collector(
                    new Collected(), storage, meta.keys(), index, this::newRecordReader, options, progress, cancel);
            CollectReport report = collector.run();
            if (!options.dryRun()) {
                unpublished.prune(Instant.now().minus(options.grace()), sessions::containsKey);
                meta.reserve().fill();
            }
            return report;
        } catch (DoppelException e) {
            throw orLeaseLost(e);
        } finally {
            collecting.set(false);
        }
    }

    /** What another server deleted after it took over looks missing to us; then that it took over is what to tell. */
    private DoppelException orLeaseLost(DoppelException e) {
        if (!e.is(CommonError.CANCELLED)) {
            try {
                meta.checkLease();
            } catch (DoppelException lease) {
                if (lease.is(VaultError.LEASE_LOST)) {
                    lease.addSuppressed(e);
                    return lease;
                }
            }
        }
        return e;
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
        public BitSet packsUnpublishedSince(Instant oldest) {
            return unpublished.since(oldest);
        }

        @Override
        public void adoptStrays() throws DoppelException {
            packs.adoptStrays(name -> sessions.values().stream().anyMatch(session -> session.isWriting(name)));
        }

        @Override
        public List<ObjectInfo> undeleted() throws DoppelException {
            return packs.cleared().undeleted(storage);
        }

        @Override
        public void withRoom(Reserve.Step step) throws DoppelException {
            meta.reserve().withRoom(step);
        }

        @Override
        public void forgetDone() throws DoppelException {
            packs.forgetDone();
        }

        @Override
        public void packStored(PackInfo info) throws DoppelException {
            packWritten(info);
        }

        @Override
        public void publishCleared(Set<Integer> away, Set<String> walked) throws DoppelException {
            packs.publishCleared(away, walked);
        }
    }

    /**
     * Verifies objects and versions. What is found damaged counts as not stored from now on, also after a restart of this server, so
     * that it is stored again by whoever reads it. Tree nodes of which one copy is left get a second one, unless the vault is open for
     * reading only.
     *
     * @param versionIds the versions to check with all they need; empty for the whole vault
     * @param progress told of bytes to check and bytes checked
     */
    public VerifyReport verify(List<String> versionIds, VerifyProgress progress, CancelToken cancel)
            throws DoppelException {
        return verify(versionIds, VerifyOptions.fast(Clock.systemUTC()), progress, cancel);
    }

    /** As {@link #verify(List, VerifyProgress, CancelToken)}, going about it as the options say. */
    public VerifyReport verify(
            List<String> versionIds, VerifyOptions options, VerifyProgress progress, CancelToken cancel)
            throws DoppelException {
        return known.verify(versionIds, options, progress, cancel);
    }

    private void found(VerifyReport report, List<byte[]> single, CancelToken cancel) throws DoppelException {
        // without keys, all looks damaged
        meta.requireOpen();
        packs.distrust(
                report.problems().stream().map(VerifyReport.Problem::object).toList());
        storeAgain(single, cancel);
    }

    /** Gives tree nodes their second copy; if that fails, there is a warning and the next verification tries again. */
    private void storeAgain(List<byte[]> ids, CancelToken cancel) throws DoppelException {
        if (ids.isEmpty() || readOnly()) {
            return;
        }
        try (Session session = newSession(Long.MAX_VALUE)) {
            for (byte[] id : ids) {
                cancel.check();
                session.storeNode(nodes.node(id));
            }
            session.flush();
            packs.list(List.of());
        } catch (DoppelException e) {
            cancel.check();
            warn("Tree nodes of which one copy is left could not be stored again: " + e.getMessage());
        }
    }

    /** What servers keep here so that they can be made again, as long as the vault is open. */
    public RecoveryCopies recoveryCopies() {
        return meta.recoveryCopies();
    }

    /**
     * Looks whether this server still holds the vault, and answers those who ask whether it lives. To be called about every {@link
     * HolderPatience#HOLDER_LOOKS}, by whoever opened the vault for writing.
     *
     * @throws DoppelException {@link VaultError#LEASE_LOST}; {@link VaultError#READ_ONLY}; the storage's failures
     */
    public void tellThatWeLive() throws DoppelException {
        meta.tellThatWeLive();
    }

    /**
     * Installation of the server that holds the vault, whether it lives or not; empty if none does.
     *
     * @throws DoppelException {@link VaultError#DAMAGED_OBJECT}; the storage's failures
     */
    public Optional<String> holder() throws DoppelException {
        return meta.holder();
    }

    /**
     * Asks the server that holds the vault whether it lives, and comes back when none holds it, or it did not answer for so long.
     *
     * @throws DoppelException {@link VaultError#HOLDER_LIVES}; {@code CommonError.CANCELLED}; the storage's failures
     */
    public void requireHolderGone(HolderPatience patience, CancelToken cancel) throws DoppelException {
        meta.requireHolderGone(patience, cancel);
    }

    /**
     * Checks that nobody took the vault over.
     *
     * @throws DoppelException {@link VaultError#LEASE_LOST}; {@link VaultError#READ_ONLY}; the storage's failures
     */
    public void checkLease() throws DoppelException {
        meta.checkLease();
    }

    /** The packs, and when each was verified. */
    public VerifiedPacks packs() {
        return known;
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
    public void refresh() throws DoppelException {
        packs.refresh();
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
                unpublished::begun,
                this::packWritten);
    }

    /** A pack was stored just now. */
    private int packWritten(PackInfo info) throws DoppelException {
        int pack = packs.packStored(info);
        known.stored(pack, Instant.now());
        return pack;
    }

    private RecordReader newRecordReader() {
        return newRecordReader(Proof.ID);
    }

    private RecordReader newRecordReader(Proof proof) {
        return new RecordReader(storage, meta.keys(), index, proof, meta::requireOpen);
    }

    /** Ends the sessions and releases the lease, whatever fails on the way. */
    @Override
    public void close() throws DoppelException {
        try {
            packs.close();
            holds.close();
            sessions.values().forEach(Session::close);
            packs.listLeftovers();
            known.close();
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
