package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultOwner;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.internal.meta.SealedStore.Sealed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys, the lease and the list of versions of an open vault (docs/vault-format.md §3, §9, §10). Safe for several threads;
 * publications follow one another. The storage stays the caller's to close, after this.
 */
public final class VaultMeta implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VaultMeta.class);

    /** Names that others may take between looking and putting, one after the other, before we give up. */
    private static final int ROUNDS = 16;

    private final ObjectIo io;
    private final LocalState local;
    private final Config config;
    private final MasterKey master;
    private final KeyRing keys;
    private final Leases leases;
    private final Heads heads;
    private final Versions versions;
    private final boolean readOnly;
    private final List<String> warnings;

    private LeaseHolding.Held held;
    private volatile Heads.Newest newest;
    private List<Long> chain;
    /** A head of ours of which it is not known yet whether it is there. */
    private Sealed<Head> unsettled;

    private volatile boolean lost;
    private volatile boolean keepLease;
    private volatile boolean closed;

    private VaultMeta(
            ObjectIo io,
            LocalState local,
            Config config,
            MasterKey master,
            KeyRing keys,
            boolean readOnly,
            List<String> warnings) {
        this.io = io;
        this.local = local;
        this.config = config;
        this.master = master;
        this.keys = keys;
        this.readOnly = readOnly;
        this.warnings = warnings;
        SealedStore store = new SealedStore(io, keys);
        this.leases = new Leases(store);
        this.heads = new Heads(store, leases);
        this.versions = new Versions(store);
    }

    /**
     * Makes a vault and opens it.
     *
     * @param storage where; used until this is closed
     * @param stateDir folder of this vault on this server, made if needed, of mode 0700
     * @param owner this server
     * @param compression {@code zstd} or {@code lz4}
     * @param passphrase the first passphrase, or empty for none; cleared on return
     * @throws DoppelException {@link VaultError#EXISTS} if there is a vault; whatever fails before the last step leaves none
     */
    public static VaultMeta create(
            Storage storage, Path stateDir, VaultOwner owner, String compression, char[] passphrase)
            throws DoppelException {
        LocalState local = null;
        boolean done = false;
        try {
            local = LocalState.forWriting(stateDir);
            ObjectIo io = new ObjectIo(storage);
            new VaultCreation(io, local, owner).create(compression, passphrase);
            VaultMeta meta = open(io, local, owner, VaultAccess.ATTACH, new char[0]);
            done = true;
            return meta;
        } finally {
            Arrays.fill(passphrase, '\0');
            if (!done && local != null) {
                local.close();
            }
        }
    }

    /**
     * Opens a vault.
     *
     * @param storage where; used until this is closed
     * @param stateDir folder of this vault on this server, made if needed, of mode 0700
     * @param owner this server
     * @param mode how
     * @param unlock passphrase or recovery key, used if the key file does not open the vault; may be empty; cleared on return
     * @throws DoppelException {@link VaultError#NO_VAULT}, {@link VaultError#NEWER_FORMAT}, {@link VaultError#LOCKED}, {@link
     *     VaultError#WRONG_KEY}, {@link VaultError#HELD}, {@link VaultError#ROLLED_BACK}, {@link VaultError#DAMAGED_OBJECT},
     *     {@link VaultError#MISSING_OBJECT}, {@link VaultError#KEY_FILE}, {@link VaultError#LOCAL_STATE} or a {@link StorageError}
     */
    public static VaultMeta open(Storage storage, Path stateDir, VaultOwner owner, VaultAccess mode, char[] unlock)
            throws DoppelException {
        LocalState local = null;
        boolean done = false;
        try {
            // What is newer than we are is refused before anything is made, here or there.
            ObjectIo io = new ObjectIo(storage);
            Config.read(io, mode != VaultAccess.READ_ONLY);
            local = mode == VaultAccess.READ_ONLY ? LocalState.forReading(stateDir) : LocalState.forWriting(stateDir);
            VaultMeta meta = open(io, local, owner, mode, unlock);
            done = true;
            return meta;
        } finally {
            Arrays.fill(unlock, '\0');
            if (!done && local != null) {
                local.close();
            }
        }
    }

    private static VaultMeta open(ObjectIo io, LocalState local, VaultOwner owner, VaultAccess mode, char[] unlock)
            throws DoppelException {
        boolean readOnly = mode == VaultAccess.READ_ONLY;
        List<String> warnings = new CopyOnWriteArrayList<>();
        Config.Stored config = Config.read(io, !readOnly);
        String id = config.config().id();
        KeySlots slots = new KeySlots(io, id);
        VaultUnlock.Unlocked unlocked = new VaultUnlock(local, warnings::add).unlock(slots, id, unlock);
        MasterKey master = unlocked.master();
        KeyRing keys = null;
        try {
            if (!config.text().verify(master.mac())) {
                throw Problems.damaged(Config.NAME, "its signature is wrong");
            }
            slots.verify(master).forEach(p -> warnings.add(p.reason()));
            keys = KeyRingObject.newest(io, id, master);
            VaultMeta meta = new VaultMeta(io, local, config.config(), master, keys, readOnly, warnings);
            meta.attach(owner, mode, unlocked.byKeyFile() ? Optional.empty() : Optional.of(slots));
            return meta;
        } catch (DoppelException | RuntimeException e) {
            master.close();
            if (keys != null) {
                keys.clear();
            }
            throw e;
        }
    }

    private void attach(VaultOwner owner, VaultAccess mode, Optional<KeySlots> slotsToAddTo) throws DoppelException {
        boolean takeOver = mode == VaultAccess.TAKE_OVER;
        newest = look(takeOver);
        checkNotRolledBack(newest, mode);
        if (readOnly) {
            rememberSettled(mode);
            return;
        }
        LeaseHolding holding = new LeaseHolding(leases, local, config.id(), owner, takeOver, warnings::add);
        held = holding.take();
        // Looked at again, now that our lease is there: what is seen now is all that counts of the epochs before.
        newest = look(takeOver);
        checkNotRolledBack(newest, mode);
        leases.put(new Lease.Closing(
                held.epoch(), held.nonce(), newest.head().generation(), newest.sha256(), newest.through()));
        remember(newest);
        if (slotsToAddTo.isPresent()) {
            try (MachineKey machine = slotsToAddTo.get().addMachine(master, owner.serverName())) {
                local.storeMachineKey(machine);
            }
        }
    }

    private Heads.Newest look(boolean tolerant) throws DoppelException {
        return tolerant ? heads.newestReadable(this::warnOnce) : heads.newest();
    }

    private void warnOnce(String warning) {
        if (!warnings.contains(warning)) {
            warnings.add(warning);
        }
    }

    private void checkNotRolledBack(Heads.Newest found, VaultAccess mode) throws DoppelException {
        Optional<LocalState.Seen> known;
        try {
            known = local.seen(config.id());
        } catch (DoppelException e) {
            if (mode == VaultAccess.ATTACH) {
                throw e;
            }
            warnOnce(e.what());
            return;
        }
        if (known.isEmpty() || known.get().generation() == 0) {
            return;
        }
        LocalState.Seen seen = known.get();
        Optional<String> conflict = conflict(found, seen);
        if (conflict.isPresent()) {
            if (mode != VaultAccess.TAKE_OVER) {
                throw new DoppelException(VaultError.ROLLED_BACK, conflict.get());
            }
            warnOnce(conflict.get());
        }
    }

    private Optional<String> conflict(Heads.Newest found, LocalState.Seen seen) throws DoppelException {
        long generation = found.head().generation();
        String name = Heads.name(seen.generation());
        if (generation < seen.generation()) {
            return Optional.of("This server saw '" + name + "', but the vault's newest head now is "
                    + (generation == 0 ? "none" : "'" + Heads.name(generation) + "'"));
        }
        Optional<String> sha256 =
                generation == seen.generation() ? Optional.of(found.sha256()) : heads.hashOf(seen.generation());
        return sha256.filter(hash -> !hash.equals(seen.sha256()))
                .map(hash -> "'" + name + "' is not the object that this server saw under that name");
    }

    /** What is seen while a lease has not closed the epochs before may still become void; only the rest is remembered. */
    private void rememberSettled(VaultAccess mode) throws DoppelException {
        if (newest.settled()) {
            try {
                remember(newest);
            } catch (DoppelException e) {
                if (mode == VaultAccess.ATTACH) {
                    throw e;
                }
                warnOnce(e.what());
            }
        }
    }

    private void remember(Heads.Newest seen) throws DoppelException {
        local.remember(new LocalState.Seen(config.id(), seen.head().generation(), seen.sha256()));
    }

    /** The keys; cleared by {@link #close}. */
    public KeyRing keys() {
        return keys;
    }

    /** The vault's id, a UUID. */
    public String id() {
        return config.id();
    }

    /** Codec of new records, {@code zstd} or {@code lz4}. */
    public String compression() {
        return config.compression();
    }

    /** Epoch of our lease; 0 when open for reading only. */
    public long leaseEpoch() {
        return held == null ? 0 : held.epoch();
    }

    /** Whether nothing can be published. */
    public boolean readOnly() {
        return readOnly;
    }

    /** Whether the holder before us did not release its lease, so that it may have left objects that nothing lists. */
    public boolean leaseWasUnclean() {
        return held != null && held.unclean();
    }

    /** What was found to be wrong without keeping the vault from being used: sentences for people. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** The newest head as last seen or published; of generation 0 if there is none yet. */
    public Head head() {
        return newest.head();
    }

    /**
     * The version.
     *
     * @throws DoppelException {@link VaultError#NO_VERSION} if the head does not list it; {@link VaultError#DAMAGED_OBJECT}; {@link
     *     VaultError#MISSING_OBJECT}; a {@link StorageError}
     */
    public VersionManifest version(String id) throws DoppelException {
        requireOpen();
        if (!head().lists(id)) {
            throw new DoppelException(VaultError.NO_VERSION, "There is no version '" + id + "'");
        }
        return versions.get(id);
    }

    /** Looks for a newer head; for an opening that only reads. Does nothing otherwise. */
    public synchronized void refresh() throws DoppelException {
        requireOpen();
        if (readOnly) {
            Heads.Newest found = heads.newest();
            checkNotRolledBack(found, VaultAccess.READ_ONLY);
            newest = found;
            rememberSettled(VaultAccess.READ_ONLY);
        }
    }

    /**
     * Checks that nobody has taken over.
     *
     * @throws DoppelException {@link VaultError#LEASE_LOST}, {@link VaultError#READ_ONLY} or a {@link StorageError}
     */
    public void checkLease() throws DoppelException {
        requireOpen();
        requireWritable();
        if (lost) {
            throw leaseLost("Another server took over the vault");
        }
        Leases.Table table = leases.table();
        if (table.top() > held.epoch()) {
            lost = true;
            throw leaseLost(takenOverBy(table.top()));
        }
        if (!table.taken().contains(held.epoch())) {
            lost = true;
            throw leaseLost("'" + Leases.name(held.epoch()) + "', the lease of this server, is not there any more");
        }
    }

    private static DoppelException leaseLost(String what) {
        return new DoppelException(VaultError.LEASE_LOST, what);
    }

    private String takenOverBy(long epoch) throws DoppelException {
        try {
            Lease lease = leases.lease(epoch);
            return "Server '" + lease.server() + "' took over the vault at " + lease.since();
        } catch (DoppelException e) {
            if (!Problems.isObjectFault(e)) {
                throw e;
            }
            return "Another server took over the vault";
        }
    }

    /**
     * Stores the added versions and publishes a head with the change, in the order of docs/vault-format.md §10. On return the
     * change is durable and counts, whatever others do. After a failure it may yet turn up, whole, if the storage target said
     * neither yes nor no, or if the lease was lost in that moment; a further attempt uses new ids.
     *
     * @return the new head
     * @throws DoppelException {@link VaultError#LEASE_LOST}, {@link VaultError#READ_ONLY} or a {@link StorageError}
     */
    public synchronized Head publish(HeadChange change) throws DoppelException {
        requireOpen();
        requireWritable();
        for (VersionManifest version : change.addVersions()) {
            if (!Versions.isId(version.id()) || version.leaseEpoch() != held.epoch()) {
                throw new IllegalArgumentException("version " + version.id() + " of lease " + version.leaseEpoch());
            }
            versions.put(version);
        }
        Map<Long, String> ours = new HashMap<>();
        Sealed<Head> published = put(change, ours);
        if (hasLost(ours)) {
            throw leaseLost("Another server took over the vault while a version was published");
        }
        accept(published);
        unsettled = null;
        afterwards(published);
        return published.value();
    }

    /** Puts a head with the change; only a put that was acknowledged ends this well. */
    private Sealed<Head> put(HeadChange change, Map<Long, String> ours) throws DoppelException {
        long floor = newest.through();
        boolean again = false;
        for (int round = 1; ; round++) {
            adoptUnsettled();
            checkLease();
            Heads.Newest base = newest;
            floor = Math.max(floor, Math.max(base.through(), highestTaken()));
            Sealed<Head> sealed = heads.seal(change.apply(base.head(), base.sha256(), floor + 1, held.epoch()));
            Sealed<Head> before = unsettled;
            unsettled = sealed;
            try {
                heads.put(sealed);
                ours.put(floor + 1, sealed.sha256());
                return sealed;
            } catch (DoppelException e) {
                if (e.is(StorageError.FULL)) {
                    unsettled = before;
                    throw e;
                }
                if (round == ROUNDS) {
                    throw e;
                }
                if (e.is(StorageError.EXISTS)) {
                    // A void head of an earlier holder, or one of ours that turned up late.
                    unsettled = before;
                    floor++;
                } else if (!again && adoptUnsettled()) {
                    // It is there, but nobody said that it is durable: the next head says the same again.
                    ours.put(sealed.value().generation(), sealed.sha256());
                    again = true;
                } else {
                    throw e;
                }
            }
        }
    }

    private long highestTaken() throws DoppelException {
        var generations = heads.generations();
        return generations.isEmpty() ? 0 : generations.last();
    }

    /** Makes a head of ours that turned up the base of the next. */
    private boolean adoptUnsettled() throws DoppelException {
        if (unsettled == null) {
            return false;
        }
        Optional<String> hash = heads.hashOf(unsettled.value().generation());
        if (hash.isEmpty()) {
            return false;
        }
        boolean ours = hash.get().equals(unsettled.sha256());
        if (ours) {
            accept(unsettled);
        }
        unsettled = null;
        return ours;
    }

    private void accept(Sealed<Head> sealed) {
        long generation = sealed.value().generation();
        newest = new Heads.Newest(sealed.value(), sealed.sha256(), Math.max(generation, newest.through()), true);
    }

    /** Whether the heads do not count because a later lease came before them. */
    private boolean hasLost(Map<Long, String> ours) throws DoppelException {
        Leases.Table table = leases.table();
        if (table.top() <= held.epoch() && table.taken().contains(held.epoch())) {
            return false;
        }
        lost = true;
        if (table.topClosed() < table.top() || table.topClosed() <= held.epoch()) {
            return true;
        }
        Lease.Closing closing = leases.closing(table.topClosed());
        return !closing.sha256().equals(ours.get(closing.generation()));
    }

    /** What follows a publication that counts; its failures do not change that. */
    private void afterwards(Sealed<Head> published) {
        try {
            remember(newest);
        } catch (DoppelException e) {
            warnOnce(e.what());
        }
        if (lost) {
            return;
        }
        try {
            chain = chain == null
                    ? heads.chain(published.value())
                    : follow(chain, published.value().generation());
            heads.prune(chain);
        } catch (DoppelException e) {
            chain = null;
            LOG.warn("Old heads stay until the next publication: {}", e.getMessage());
        }
    }

    private static List<Long> follow(List<Long> chain, long generation) {
        List<Long> longer = new ArrayList<>(chain);
        longer.add(0, generation);
        return List.copyOf(longer.subList(0, Math.min(longer.size(), Heads.KEPT)));
    }

    /** The recovery key as text, in an array that the caller clears. */
    public char[] recoveryKeyText() {
        requireOpen();
        byte[] key = master.recoveryKey();
        char[] text = RecoveryKeyText.write(key);
        Arrays.fill(key, (byte) 0);
        return text;
    }

    /** Whether {@link #markRecoveryExported} was called on this server. */
    public boolean recoveryExported() {
        return local.recoveryExported();
    }

    /** Remembers, on this server, that a person has the recovery key. */
    public void markRecoveryExported() throws DoppelException {
        local.markRecoveryExported();
    }

    /**
     * Reads and checks every descriptive object that counts.
     *
     * @return what is wrong; empty if nothing is
     * @throws DoppelException if the target cannot be reached, or {@code CommonError.CANCELLED}
     */
    public List<ObjectProblem> verifyMeta(CancelToken cancel) throws DoppelException {
        requireOpen();
        return new MetaVerifier(io, config.id(), master, leases, heads, versions, cancel).verify(head());
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the vault is closed");
        }
    }

    private void requireWritable() throws DoppelException {
        if (readOnly) {
            throw new DoppelException(VaultError.READ_ONLY, "Vault " + config.id() + " is open for reading only");
        }
    }

    /**
     * Something that nothing lists was left behind: {@link #close} does not release the lease, so that the next opening finds an end
     * as after a crash and looks for it.
     */
    public void keepLease(DoppelException why) {
        LOG.warn(
                "What was stored last in vault {} is looked for at its next opening: {}",
                config.id(),
                why.getMessage());
        keepLease = true;
    }

    /**
     * Releases the lease and clears the keys. A release that fails is no failure: the next opening by this server knows its own
     * lease. A second close does nothing.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        try {
            if (!readOnly) {
                release();
            }
        } catch (DoppelException e) {
            LOG.warn("The lease of vault {} stays until this server opens it again: {}", config.id(), e.getMessage());
        } finally {
            closed = true;
            keys.clear();
            master.close();
            letGo();
        }
    }

    private void release() throws DoppelException {
        adoptUnsettled();
        // A head that may still turn up must not follow a release, which would make it void after somebody saw it.
        if (unsettled != null || lost || keepLease || leases.table().top() != held.epoch()) {
            return;
        }
        leases.put(new Lease.Release(held.epoch(), held.nonce(), newest.head().generation(), newest.sha256()));
    }

    private void letGo() {
        try {
            local.close();
        } catch (DoppelException e) {
            LOG.warn("{}", e.getMessage());
        }
    }
}
