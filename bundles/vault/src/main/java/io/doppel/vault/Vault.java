package io.doppel.vault;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.spi.storage.Storage;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.index.IndexLoader;
import io.doppel.vault.internal.index.IndexSegments;
import io.doppel.vault.internal.meta.Head;
import io.doppel.vault.internal.meta.HeadChange;
import io.doppel.vault.internal.meta.HeadVersion;
import io.doppel.vault.internal.meta.Mode;
import io.doppel.vault.internal.meta.Owner;
import io.doppel.vault.internal.meta.VaultMeta;
import io.doppel.vault.internal.pack.Codec;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.pack.RecordReader;
import io.doppel.vault.internal.read.SharedNodes;
import io.doppel.vault.internal.read.StoredDisk;
import io.doppel.vault.internal.session.Session;
import io.doppel.vault.internal.session.VaultParts;
import io.doppel.vault.internal.tree.TreeReader;
import io.doppel.vault.internal.verify.Verifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An open vault (docs/vault-format.md). Safe for several threads. Does not close the storage it was given.
 *
 * <p>Memory: the index, 46 to 92 bytes a chunk, and what sessions and readers say they hold.
 */
public final class Vault implements AutoCloseable {
    private final Storage storage;
    private final VaultMeta meta;
    private final ChunkIndex index = new ChunkIndex();
    private final IndexSegments segments;
    private final SharedNodes nodes;
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();
    private final Set<String> brokenSegments = new HashSet<>();
    private final List<String> warnings = new ArrayList<>();
    /** Packs that are durable but in no index segment yet. */
    private final List<PackInfo> unindexed = new ArrayList<>();

    private Vault(Storage storage, VaultMeta meta) throws DoppelException {
        this.storage = storage;
        this.meta = meta;
        this.segments = new IndexSegments(storage, meta.keys());
        this.nodes = new SharedNodes(this::newRecordReader);
        this.warnings.addAll(meta.warnings());
        load();
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
        return opened(storage, VaultMeta.create(storage, stateDir, owner(owner), compression, passphrase));
    }

    /**
     * Opens a vault.
     *
     * @param unlock passphrase or recovery key, needed if this server has no key file for it; may be empty
     * @throws DoppelException a {@link VaultError}; the storage's failures
     */
    public static Vault open(Storage storage, Path stateDir, VaultOwner owner, VaultAccess access, char[] unlock)
            throws DoppelException {
        Mode mode = Mode.valueOf(access.name());
        return opened(storage, VaultMeta.open(storage, stateDir, owner(owner), mode, unlock));
    }

    private static Owner owner(VaultOwner owner) {
        return new Owner(owner.installationId(), owner.serverName());
    }

    private static Vault opened(Storage storage, VaultMeta meta) throws DoppelException {
        try {
            return new Vault(storage, meta);
        } catch (DoppelException | RuntimeException e) {
            meta.close();
            throw e;
        }
    }

    private void load() throws DoppelException {
        IndexLoader loader = new IndexLoader(storage, meta.keys(), segments, index);
        warnings.addAll(loader.load(meta.head().index()));
        brokenSegments.addAll(loader.broken());
        if (!brokenSegments.isEmpty() || meta.leaseWasUnclean()) {
            unindexed.addAll(loader.adopt());
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

    /** What was found wrong when it was opened, and how it was made good; sentences for people. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** Ids of all versions, oldest first. */
    public List<String> versionIds() {
        return meta.head().versions().stream().map(HeadVersion::id).toList();
    }

    /** A version. */
    public VersionManifest version(String id) throws DoppelException {
        if (!meta.head().lists(id)) {
            throw new DoppelException(VaultError.NO_VERSION, "There is no version '" + id + "'");
        }
        return meta.version(id);
    }

    /** Bytes of all packs that are known. */
    public long packBytes() {
        long sum = 0;
        for (int i = 0; i < index.packCount(); i++) {
            sum += index.packSize(i);
        }
        return sum;
    }

    /** Starts to store a machine. */
    public WriteSession begin() throws DoppelException {
        if (readOnly()) {
            throw new DoppelException(VaultError.READ_ONLY, "Vault " + id() + " is open for reading only");
        }
        meta.checkLease();
        Session session = new Session(parts(), this::version, s -> sessions.remove(s.id()));
        sessions.put(session.id(), session);
        return session;
    }

    /** The open session of that id. */
    public Optional<WriteSession> session(String id) {
        return Optional.ofNullable(sessions.get(id));
    }

    /**
     * Publishes a version: flushes the session, checks that every pack in which it found content is still there, writes the index
     * segment, the version and the head. On return the version is durable and listed; on failure it is not listed, unless the storage
     * left that open, which is then found out.
     *
     * @param draft the version; id, lease epoch and time of storing are set here
     */
    public VersionManifest publish(WriteSession session, VersionManifest draft) throws DoppelException {
        Session own = sessions.get(session.id());
        if (own == null) {
            throw new IllegalArgumentException("not a session of this vault");
        }
        own.flush();
        for (int pack : own.usedPacks()) {
            if (storage.stat(index.packObject(pack)).isEmpty()) {
                throw new DoppelException(VaultError.PACK_GONE, "Pack '" + index.packObject(pack) + "' is gone");
            }
        }
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

    /** Opens a disk of a version for reading; the caller closes it. */
    public VersionDisk openDisk(String versionId, String diskKey) throws DoppelException {
        VersionManifest.Disk disk = version(versionId)
                .disk(diskKey)
                .orElseThrow(() -> new DoppelException(
                        VaultError.NO_DISK, "Version " + versionId + " has no disk '" + diskKey + "'"));
        byte[] root = disk.root() == null ? null : HexFormat.of().parseHex(disk.root());
        TreeReader tree = new TreeReader(nodes, root, disk.size());
        return new StoredDisk(tree, index, meta.keys().idKey(), this::newRecordReader);
    }

    /**
     * Verifies objects and versions.
     *
     * @param versionIds the versions to check with all they need; empty for the whole vault
     * @param progress told of bytes to check and bytes checked
     */
    public VerifyReport verify(List<String> versionIds, VerifyProgress progress, CancelToken cancel)
            throws DoppelException {
        return new Verifier(storage, meta, index, nodes).verify(versionIds, progress, cancel);
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
        meta.refresh();
        Head head = meta.head();
        new IndexLoader(storage, meta.keys(), segments, index).load(head.index());
    }

    private VaultParts parts() {
        return new VaultParts(
                id(), storage, meta.keys(), index, Codec.byName(meta.compression()), nodes, this::packStored);
    }

    private void packStored(PackInfo info) {
        synchronized (unindexed) {
            unindexed.add(info);
        }
        index.add(info);
    }

    private RecordReader newRecordReader() {
        return new RecordReader(storage, meta.keys(), index);
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

    @Override
    public void close() throws DoppelException {
        try {
            sessions.values().forEach(Session::close);
            listLeftovers();
        } finally {
            nodes.close();
            meta.close();
        }
    }
}
