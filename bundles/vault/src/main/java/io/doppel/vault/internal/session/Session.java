package io.doppel.vault.internal.session;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.vault.DiskTree;
import io.doppel.vault.VaultError;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.WriteSession;
import io.doppel.vault.chunk.CutRule;
import io.doppel.vault.internal.collect.VersionUse;
import io.doppel.vault.internal.crypto.Hkdf;
import io.doppel.vault.internal.index.Damage;
import io.doppel.vault.internal.index.Location;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackFormat;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.pack.PackWriter;
import io.doppel.vault.internal.tree.NodeStore;
import io.doppel.vault.internal.tree.TreeReader;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** A write session: lanes for chunks, one writer for nodes, and what both share. */
public final class Session implements WriteSession {
    private final String id = UUID.randomUUID().toString();
    private final VaultParts parts;
    private final DiskLookup disks;
    private final Consumer<Session> onClose;
    private final PackCommitter committer;
    private final CutRule cutRule;
    private final NodeWriter nodeWriter;
    private final AtomicLong stored = new AtomicLong();
    private final AtomicLong fresh = new AtomicLong();
    /** Ids in packs of this session that are not durable yet. */
    private final Set<Key> claimed = ConcurrentHashMap.newKeySet();

    /** Names of packs that are not known to the index yet. */
    private final Set<String> writing = ConcurrentHashMap.newKeySet();
    /** Packs that hold what this session stored, or found. */
    private final BitSet usedPacks = new BitSet();
    /** Those of them that this session wrote. */
    private final BitSet writtenPacks = new BitSet();
    /** What was missing or damaged already when this session began. */
    private final Damage damageBefore;
    /** Bytes of all packs when this session began. */
    private final long storedBefore;
    /** Bytes at which packs are closed at the latest. */
    private final long mostPackBytes;

    /** Versions of which parts are taken over. */
    private final Queue<VersionUse.Use> bases = new ConcurrentLinkedQueue<>();

    private final Deque<PackWriter> parked = new ArrayDeque<>();
    private final Set<SessionLane> lanes = new HashSet<>();
    private boolean closed;
    /** Whether something of a base is damaged, so that whoever stores has to give it anew. */
    private volatile boolean damagedBase;

    /** Finds a disk of a version. */
    @FunctionalInterface
    public interface DiskLookup {
        /** The disk of that key. */
        VersionManifest.Disk disk(String versionId, String diskKey) throws DoppelException;
    }

    /** The first 128 bits of an id. */
    record Key(long a, long b) {
        static Key of(byte[] id) {
            ByteBuffer in = ByteBuffer.wrap(id);
            return new Key(in.getLong(), in.getLong());
        }
    }

    /** Starts a session. */
    public Session(VaultParts parts, DiskLookup disks, Consumer<Session> onClose) {
        this(parts, disks, onClose, Long.MAX_VALUE);
    }

    /**
     * Starts a session.
     *
     * @param mostPackBytes bytes at which packs are closed at the latest
     */
    public Session(VaultParts parts, DiskLookup disks, Consumer<Session> onClose, long mostPackBytes) {
        this.mostPackBytes = mostPackBytes;
        this.parts = parts;
        this.disks = disks;
        this.onClose = onClose;
        byte[] cutKey = Hkdf.derive(parts.keys().idKey(), new byte[0], "doppel/v1/chunker");
        this.cutRule = new CutRule(cutKey);
        Arrays.fill(cutKey, (byte) 0);
        this.committer = new PackCommitter(this::packStored);
        this.nodeWriter = new NodeWriter(this, parts);
        this.damageBefore = parts.index().distrusted();
        this.storedBefore = parts.index().packBytes();
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String vaultId() {
        return parts.vaultId();
    }

    @Override
    public Lane lane() throws DoppelException {
        return newLane();
    }

    /** A lane for one thread that stores records of another vault; closed as {@link #lane}. */
    public RecordLane recordLane() throws DoppelException {
        return newLane();
    }

    private synchronized SessionLane newLane() throws DoppelException {
        if (closed) {
            throw ended();
        }
        SessionLane lane = new SessionLane(this, parts, cutRule);
        lanes.add(lane);
        return lane;
    }

    @Override
    public DiskTree tree(String diskKey, long size, Optional<String> baseVersion) throws DoppelException {
        if (baseVersion.isEmpty()) {
            return new SessionTree(nodeWriter, size);
        }
        rely(baseVersion.get());
        VersionManifest.Disk disk = disks.disk(baseVersion.get(), diskKey);
        BaseFinding found = takeOver(disk, CancelToken.NEVER);
        if (found.noRoot() != null) {
            throw new DoppelException(
                    VaultError.PACK_GONE,
                    "Nothing can be taken over from disk '" + diskKey + "' of version " + baseVersion.get() + ": "
                            + found.noRoot());
        }
        byte[] root = disk.rootId();
        TreeReader base = new TreeReader(parts.nodes(), root, disk.size());
        return new SessionTree(nodeWriter, parts.nodes(), base, found, size);
    }

    /**
     * Keeps a version from being removed as long as the session is open, before parts of it are taken over.
     *
     * @throws DoppelException {@link VaultError#NO_VERSION} if it is being removed
     */
    public void rely(String version) throws DoppelException {
        bases.add(parts.versionUse().begin(version));
    }

    /** What can be taken over of a disk of a version on which this relies. */
    public BaseFinding takeOver(VersionManifest.Disk disk, CancelToken cancel) throws DoppelException {
        BaseFinding found = parts.bases().look(disk, cancel);
        if (!found.isWhole()) {
            damagedBase = true;
        }
        return found;
    }

    /** How many copies of a node there are too few for what this session stores. */
    public int lackingNodes(byte[] id) throws DoppelException {
        List<Location> copies = parts.index().trusted(id);
        return Math.max(
                0,
                NodeStore.COPIES
                        - (int) copies.stream().filter(l -> use(l.pack())).count());
    }

    /** Stores a node as often as it lacks copies that are sound. */
    public void storeNode(byte[] bytes) throws DoppelException {
        nodeWriter.store(bytes);
    }

    @Override
    public long storedBytes() {
        return stored.get();
    }

    @Override
    public long newBytes() {
        return fresh.get();
    }

    @Override
    public void flush() throws DoppelException {
        for (SessionLane lane : openLanes()) {
            lane.close();
        }
        try {
            PackWriter pack = unpark();
            while (pack != null) {
                committer.submit(pack);
                pack = unpark();
            }
            nodeWriter.flush();
        } finally {
            committer.drain();
        }
    }

    /**
     * Checks that of everything that these disks need a copy is there that is not known to be missing or damaged. Walks their trees if
     * anything at all was found missing or damaged since this session began, or a base was damaged, and takes no time otherwise.
     *
     * @param stored the disks of the version that this session stored
     * @throws DoppelException {@link VaultError#PACK_GONE}; the storage's failures
     */
    public void checkDisks(List<VersionManifest.Disk> stored) throws DoppelException {
        if (parts.index().distrusted() == damageBefore && !damagedBase) {
            return;
        }
        for (VersionManifest.Disk disk : stored) {
            BaseFinding found = parts.bases().look(disk, CancelToken.NEVER);
            if (!found.isWhole()) {
                Set<Integer> bad = parts.index().distrusted().packsSince(damageBefore);
                String what = bad.isEmpty()
                        ? "bytes of it have no sound copy"
                        : "pack '" + parts.index().packObject(bad.iterator().next()) + "'"
                                + (bad.size() == 1 ? "" : ", and " + (bad.size() - 1) + " more");
                throw new DoppelException(
                        VaultError.PACK_GONE, "Disk '" + disk.key() + "' needs what is missing or damaged: " + what);
            }
        }
    }

    /** Throws what failed first in this session, if anything did. */
    void check() throws DoppelException {
        committer.check();
    }

    DoppelException failed(DoppelException e) {
        committer.fail(e);
        return e;
    }

    /** What whoever goes on to use a session that was closed is told. */
    public static DoppelException ended() {
        return new DoppelException(VaultError.CLOSED, "The write session has ended");
    }

    /** Whether the id needs no storing: durable already, or on its way in this session. */
    boolean known(byte[] chunk) throws DoppelException {
        return isDurable(chunk) || !claimed.add(Key.of(chunk));
    }

    /** As {@link #known}; but whoever asks does not take it upon himself to store it. */
    public boolean has(byte[] chunk) throws DoppelException {
        return isDurable(chunk) || claimed.contains(Key.of(chunk));
    }

    private boolean isDurable(byte[] chunk) throws DoppelException {
        int pack = parts.index().packOf(chunk);
        while (pack >= 0) {
            if (use(pack)) {
                return true;
            }
            pack = parts.index().packOf(chunk);
        }
        return false;
    }

    /** Notes that the version needs the pack; false if it was hidden in this moment, so that nothing may be built upon it. */
    boolean use(int pack) {
        synchronized (usedPacks) {
            usedPacks.set(pack);
        }
        // only now: a collection hides first and looks at the notes then, so one of us sees the other
        return !parts.index().isHidden(pack);
    }

    @Override
    public BitSet writtenPacks() {
        synchronized (usedPacks) {
            return (BitSet) writtenPacks.clone();
        }
    }

    @Override
    public BitSet usedPacks() {
        synchronized (usedPacks) {
            return (BitSet) usedPacks.clone();
        }
    }

    /** Whether this session has that pack under way. */
    public boolean isWriting(String pack) {
        return writing.contains(pack);
    }

    void addStored(long bytes) {
        stored.addAndGet(bytes);
    }

    void addNew(long bytes) {
        fresh.addAndGet(bytes);
    }

    PackWriter newPack(ObjectKind kind) throws DoppelException {
        int epoch = parts.keys().currentEpoch();
        PackWriter pack =
                new PackWriter(parts.storage(), kind, epoch, parts.keys().root(epoch));
        writing.add(pack.name());
        parts.packBegun().begun(id, pack.name());
        return pack;
    }

    /** Whether the pack has the size at which it is closed. */
    boolean isFull(PackWriter pack) {
        return pack.size() >= Math.min(mostPackBytes, PackFormat.targetSize(pack.kind(), storedBefore));
    }

    void full(PackWriter pack) throws DoppelException {
        committer.submit(pack);
    }

    synchronized void park(SessionLane lane, PackWriter pack) {
        lanes.remove(lane);
        if (pack != null) {
            parked.add(pack);
        }
    }

    synchronized PackWriter unpark() {
        return parked.poll();
    }

    private synchronized List<SessionLane> openLanes() {
        return new ArrayList<>(lanes);
    }

    private void packStored(PackInfo info) throws DoppelException {
        int pack = parts.packStored().stored(info);
        synchronized (usedPacks) {
            writtenPacks.set(pack);
        }
        if (!use(pack)) {
            committer.fail(new DoppelException(
                    VaultError.PACK_GONE, "Pack '" + info.objectName() + "' was taken away as soon as it was there"));
        }
        writing.remove(info.name());
        if (info.kind() == ObjectKind.DATA) {
            info.records().forEach(r -> claimed.remove(Key.of(r.id())));
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        try {
            flush();
        } catch (DoppelException e) {
            // whoever stored the chunk that failed was told; what is durable stays usable
            discard();
        } finally {
            nodeWriter.close();
            committer.close();
            onClose.accept(this);
            bases.forEach(VersionUse.Use::close);
        }
    }

    private void discard() {
        for (PackWriter pack = unpark(); pack != null; pack = unpark()) {
            pack.close();
        }
    }
}
