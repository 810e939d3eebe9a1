package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.HolderPatience;
import io.doppel.vault.RecoveryCopies;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultKeys;
import io.doppel.vault.VaultOwner;
import io.doppel.vault.VersionManifest;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys, the lease and the list of versions of an open vault (docs/vault-format.md §3, §9, §10). Safe for several threads;
 * publications follow one another. The storage stays the caller's to close, after this.
 */
public final class VaultMeta implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VaultMeta.class);

    private final ObjectIo io;
    private final LocalState local;
    private final Config config;
    private final MasterKey master;
    private final KeyRing keys;
    private final Leases leases;
    private final Heads heads;
    private final Versions versions;
    private final ClearedLists cleared;
    private final Holds holds;
    private final Removals removals;
    private final Reserve reserve;
    private final SealedStore store;
    private final VaultOwner owner;
    private final CopyObjects copyObjects;
    private final RecoveryFolder copiesOfServers;
    private final RollbackGuard guard;
    private final KeySlots slots;
    private final MachineKeyRotation rotation;
    private final KeyEpochs epochs;
    private final KeyAdmin admin;
    private final boolean readOnly;
    private final List<String> warnings;

    /** Null if open for reading only. */
    private Publisher publisher;
    /** Null if open for reading only. */
    private LeaseAnswers answers;

    private boolean mayHaveStrays;
    /** The newest head if open for reading only. */
    private volatile Heads.Newest seen;

    private volatile boolean keepLease;
    private volatile boolean opened;
    private volatile boolean closed;

    private VaultMeta(
            ObjectIo io,
            LocalState local,
            Config config,
            MasterKey master,
            KeyRing keys,
            VaultOwner owner,
            boolean readOnly,
            List<String> warnings) {
        this.io = io;
        this.local = local;
        this.config = config;
        this.master = master;
        this.keys = keys;
        this.readOnly = readOnly;
        this.warnings = warnings;
        this.store = new SealedStore(io, keys);
        this.owner = owner;
        this.leases = new Leases(store);
        this.heads = new Heads(store, leases);
        this.versions = new Versions(store);
        this.cleared = new ClearedLists(store);
        this.holds = new Holds(store);
        this.removals = new Removals(store, leases);
        this.reserve = new Reserve(io);
        this.guard = new RollbackGuard(local, heads, config.id(), this::warnOnce);
        this.slots = new KeySlots(io, config.id());
        this.rotation = new MachineKeyRotation(slots, master, local, config.id());
        this.epochs = new KeyEpochs(io, config.id(), master, keys, this::checkLease, this::warnOnce);
        this.copyObjects = new CopyObjects(store);
        this.copiesOfServers = new RecoveryFolder(this, owner, copyObjects);
        this.admin = new KeyAdmin(this, owner, master, slots, rotation, epochs);
    }

    /**
     * Makes a vault and opens it.
     *
     * @param storage where; used until this is closed
     * @param stateDir folder of this vault on this server, made if needed, of mode 0700
     * @param owner this server
     * @param compression {@code zstd} or {@code lz4}
     * @param passphrase the first passphrase, or empty for none; cleared on return
     * @param domainOf an open vault whose dedup domain it shares; null for one of its own
     * @throws DoppelException {@link VaultError#EXISTS} if there is a vault, or what is left of one; whatever fails before
     *     its config is put makes none
     */
    public static VaultMeta create(
            Storage storage, Path stateDir, VaultOwner owner, String compression, char[] passphrase, VaultMeta domainOf)
            throws DoppelException {
        LocalState local = null;
        boolean done = false;
        try {
            local = LocalState.forWriting(stateDir);
            ObjectIo io = new ObjectIo(storage);
            byte[] domain = domainOf == null ? Digests.random(MasterKey.LENGTH) : domainOf.domain();
            new VaultCreation(io, local, owner).create(compression, passphrase, domain);
            VaultMeta meta = open(io, Config.ids(io, true), local, owner, VaultAccess.ATTACH, new char[0]);
            done = true;
            return meta;
        } finally {
            Arrays.fill(passphrase, '\0');
            if (!done && local != null) {
                local.close();
            }
        }
    }

    /** As {@link #create(Storage, Path, VaultOwner, String, char[], VaultMeta)}, with a dedup domain of its own. */
    public static VaultMeta create(
            Storage storage, Path stateDir, VaultOwner owner, String compression, char[] passphrase)
            throws DoppelException {
        return create(storage, stateDir, owner, compression, passphrase, null);
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
     *     VaultError#WRONG_KEY}, {@link VaultError#HELD}, {@link VaultError#LEASE_LOST} if another server takes it over in that moment,
     *     {@link VaultError#ROLLED_BACK}, {@link VaultError#DAMAGED_OBJECT},
     *     {@link VaultError#MISSING_OBJECT}, {@link VaultError#KEY_FILE}, {@link VaultError#LOCAL_STATE} or a {@link StorageError}
     */
    public static VaultMeta open(Storage storage, Path stateDir, VaultOwner owner, VaultAccess mode, char[] unlock)
            throws DoppelException {
        LocalState local = null;
        boolean done = false;
        try {
            // What is newer than we are is refused before anything is made, here or there.
            ObjectIo io = new ObjectIo(storage);
            List<String> ids = Config.ids(io, mode != VaultAccess.READ_ONLY);
            local = mode == VaultAccess.READ_ONLY ? LocalState.forReading(stateDir) : LocalState.forWriting(stateDir);
            VaultMeta meta = open(io, ids, local, owner, mode, unlock);
            done = true;
            return meta;
        } finally {
            Arrays.fill(unlock, '\0');
            if (!done && local != null) {
                local.close();
            }
        }
    }

    /** The ids that the vault there may have, without anybody's key. */
    public static Set<String> idsAt(Storage storage) throws DoppelException {
        return new LinkedHashSet<>(Config.ids(new ObjectIo(storage), false));
    }

    private static VaultMeta open(
            ObjectIo io, List<String> ids, LocalState local, VaultOwner owner, VaultAccess mode, char[] unlock)
            throws DoppelException {
        boolean readOnly = mode == VaultAccess.READ_ONLY;
        List<String> warnings = new CopyOnWriteArrayList<>();
        VaultUnlock.Unlocked unlocked = new VaultUnlock(local, warnings::add).unlock(io, ids, unlock);
        String id = unlocked.vaultId();
        MasterKey master = unlocked.master();
        KeyRing keys = null;
        VaultMeta meta = null;
        List<byte[]> secrets = new ArrayList<>();
        try {
            Pair<SignedText> texts = Config.stored(io, id, master);
            Config config = Config.parse(Config.NAME, texts.value().line(), !readOnly);
            new KeySlots(io, id).verify(master).forEach(p -> warnings.add(p.reason()));
            Pair<byte[]> rings = KeyRingObject.newest(io, id, master);
            secrets.addAll(rings.values());
            keys = KeyRingObject.parse(rings.value()).toKeys(known -> KeyRingObject.newerThan(known, io, id, master));
            Stream.concat(texts.problems().stream(), rings.problems().stream())
                    .map(p -> p.code().id() + ": " + p.reason() + "; there are two of it, and the other one is right")
                    .forEach(warnings::add);
            meta = new VaultMeta(io, local, config, master, keys, owner, readOnly, warnings);
            meta.attach(owner, mode);
            if (!readOnly) {
                texts.mend(io, (name, text) -> text.under(name, master.mac())).ifPresent(warnings::add);
                meta.settleKeys(owner, unlocked.byKeyFile());
            }
            meta.opened = true;
            return meta;
        } catch (DoppelException | RuntimeException | Error e) {
            if (meta != null) {
                meta.closeAfter(e);
            } else if (keys != null) {
                keys.clear();
            }
            master.close();
            throw e;
        } finally {
            secrets.forEach(plain -> Arrays.fill(plain, (byte) 0));
        }
    }

    private void attach(VaultOwner owner, VaultAccess mode) throws DoppelException {
        boolean takeOver = mode == VaultAccess.TAKE_OVER;
        Heads.Newest newest = look(takeOver);
        guard.check(newest, mode);
        if (readOnly) {
            seen = newest;
            guard.rememberSettled(newest, mode);
            return;
        }
        LeaseHolding holding = new LeaseHolding(leases, reserve, local, config.id(), owner, takeOver, warnings::add);
        LeaseHolding.Held held = holding.take();
        // Looked at again, now that our lease is there: what is seen now is all that counts of the epochs before.
        newest = look(takeOver);
        guard.check(newest, mode);
        Lease.Closing closing = new Lease.Closing(
                held.epoch(), held.nonce(), newest.head().generation(), newest.sha256(), newest.through());
        reserve.withRoom(() -> leases.put(closing));
        mayHaveStrays = held.unclean() || newest.older();
        answers = new LeaseAnswers(store, held, owner.serverName());
        publisher = new Publisher(leases, heads, versions, guard, held, newest, this::warnOnce);
        // only if nobody has taken over by now, the head that we found cannot become void any more
        publisher.checkLease();
        guard.remember(newest);
        removals.sweep();
    }

    /**
     * Now that we hold the lease: goes on with the keyring that whoever held it before left behind, and sees to it that this server
     * has a key file.
     */
    private void settleKeys(VaultOwner owner, boolean hasKeyFile) throws DoppelException {
        epochs.settle();
        if (!hasKeyFile) {
            addKeyFile(owner);
        }
        try {
            rotation.finish();
        } catch (DoppelException e) {
            warnOnce(e.code().id() + ": What is left of replacing the key file could not be removed: " + e.what());
        }
    }

    /** A slot whose key file cannot be kept is of no use to anybody. */
    private void addKeyFile(VaultOwner owner) throws DoppelException {
        try (MachineKey machine = reserve.withRoom(() -> slots.addMachine(master, owner.serverName()))) {
            try {
                local.storeMachineKey(machine);
            } catch (DoppelException e) {
                try {
                    slots.delete(machine.slot());
                } catch (DoppelException left) {
                    e.addSuppressed(left);
                }
                throw e;
            }
        }
    }

    private Heads.Newest look(boolean tolerant) throws DoppelException {
        return tolerant ? heads.newestReadable(this::warnOnce) : heads.newest();
    }

    private void warnOnce(String warning) {
        if (!warnings.contains(warning)) {
            warnings.add(warning);
            if (opened) {
                // who opened it has read the warnings already
                LOG.warn("Vault {}: {}", config.id(), warning);
            }
        }
    }

    /** The keys; cleared by {@link #close}. */
    public KeyRing keys() {
        return keys;
    }

    /** Key slots and key epochs, for people to manage. */
    public VaultKeys admin() {
        return admin;
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
        return publisher == null ? 0 : publisher.epoch();
    }

    /** Whether nothing can be published. */
    public boolean readOnly() {
        return readOnly;
    }

    /**
     * Whether there may be packs that no segment of the head tells of: the holder before us did not release its lease, or we go on
     * from an older head than the newest, after which what is needed may have been moved.
     */
    public boolean mayHaveStrays() {
        return mayHaveStrays;
    }

    /** What was found to be wrong without keeping the vault from being used: sentences for people. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** Whether the newest head lists an index segment; one that is open for reading only looks whether there is a newer one. */
    public boolean listsSegment(String name) throws DoppelException {
        Head newest = readOnly ? heads.newest().head() : head();
        return newest.index().contains(name);
    }

    /** The cleared lists. */
    public ClearedLists cleared() {
        return cleared;
    }

    /** The holds. */
    public Holds holds() {
        return holds;
    }

    /** The removals that were announced. */
    public Removals removals() {
        return removals;
    }

    /** Room on the target for giving back space; not for an opening that only reads. */
    public Reserve reserve() {
        return reserve;
    }

    /**
     * Whether the newest head lists the version now, for whoever has just put a hold.
     *
     * @throws DoppelException {@link VaultError#LEASE_LOST} if we held the lease and cannot tell any more; the storage's failures
     */
    public boolean listsNow(String version) throws DoppelException {
        requireOpen();
        if (readOnly) {
            return heads.newest().head().lists(version);
        }
        writer().checkLease();
        return head().lists(version);
    }

    /** The newest head as last seen or published; of generation 0 if there is none yet. */
    public Head head() {
        return (publisher == null ? seen : publisher.newest()).head();
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
            throw Problems.noVersion(id);
        }
        return versions.get(id);
    }

    /** Deletes the objects of versions that no head lists; what cannot be deleted now stays, and harms nobody. */
    public void deleteVersions(Collection<String> ids) {
        for (String id : ids) {
            try {
                versions.delete(id);
            } catch (DoppelException e) {
                LOG.warn("The object of version {}, which was removed, stays: {}", id, e.getMessage());
            }
        }
    }

    /** Takes what a new head needs before anybody sees the head. */
    @FunctionalInterface
    public interface HeadLoader {
        /** Loads what the head lists; if it fails, the head stays unseen. */
        void load(Head head) throws DoppelException;
    }

    /** Looks for a newer head; for an opening that only reads. Does nothing otherwise. */
    public synchronized void refresh(HeadLoader loader) throws DoppelException {
        requireOpen();
        if (readOnly) {
            Heads.Newest found = heads.newest();
            guard.check(found, VaultAccess.READ_ONLY);
            loader.load(found.head());
            seen = found;
            guard.rememberSettled(found, VaultAccess.READ_ONLY);
        }
    }

    /**
     * Checks that nobody has taken over.
     *
     * @throws DoppelException {@link VaultError#LEASE_LOST}, {@link VaultError#READ_ONLY} or a {@link StorageError}
     */
    public void checkLease() throws DoppelException {
        requireOpen();
        writer().checkLease();
    }

    /**
     * Looks whether we still hold the lease, and tells those who ask that we live (docs/vault-format.md §15). One listing if nobody asks.
     *
     * @throws DoppelException {@link VaultError#LEASE_LOST}, {@link VaultError#READ_ONLY} or a {@link StorageError}
     */
    public void tellThatWeLive() throws DoppelException {
        requireOpen();
        List<String> names = leases.names();
        writer().checkLease(Leases.table(names));
        answers.answer(names);
    }

    /**
     * Comes back when nobody holds the vault or its holder does not answer.
     *
     * @throws DoppelException {@link VaultError#HOLDER_LIVES} or a {@link StorageError}
     */
    public void requireHolderGone(HolderPatience patience, CancelToken cancel) throws DoppelException {
        requireOpen();
        new HolderCheck(store, leases, owner, patience, cancel).requireGone();
    }

    /** Installation of the newest lease; empty if that was released or there is none. */
    public Optional<String> holder() throws DoppelException {
        requireOpen();
        Leases.Table table = leases.table();
        boolean held = table.top() > 0 && !table.released().contains(table.top());
        return held ? Optional.of(leases.lease(table.top()).installation()) : Optional.empty();
    }

    /** Copies of servers. */
    public RecoveryCopies recoveryCopies() {
        return copiesOfServers;
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
        return writer().publish(change);
    }

    /** The secret of the dedup domain, in an array that the caller clears. */
    private byte[] domain() throws DoppelException {
        byte[] copy = keys.idKey().clone();
        // only now: when a vault is closed its keys become random bytes, which would make a domain that nobody has
        requireOpen();
        return copy;
    }

    /** Whether both vaults identify content in the same way. */
    public boolean sharesDomain(VaultMeta other) throws DoppelException {
        byte[] mine = domain();
        byte[] theirs = other.domain();
        try {
            return MessageDigest.isEqual(mine, theirs);
        } finally {
            Arrays.fill(mine, (byte) 0);
            Arrays.fill(theirs, (byte) 0);
        }
    }

    /** The recovery key as text, in an array that the caller clears. */
    public synchronized char[] recoveryKeyText() throws DoppelException {
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
        return new MetaVerifier(io, config.id(), master, leases, heads, versions, holds, removals, copyObjects, cancel)
                .verify(head());
    }

    /**
     * Does nothing as long as this is open.
     *
     * @throws DoppelException {@link VaultError#CLOSED}
     */
    public void requireOpen() throws DoppelException {
        if (closed) {
            throw new DoppelException(VaultError.CLOSED, "Vault " + config.id() + " is closed");
        }
    }

    private Publisher writer() throws DoppelException {
        if (publisher == null) {
            throw new DoppelException(VaultError.READ_ONLY, "Vault " + config.id() + " is open for reading only");
        }
        return publisher;
    }

    /**
     * Something that nothing lists was left behind: {@link #close} does not release the lease, so that the next opening finds an end
     * as after a crash and looks for it.
     */
    public void keepLease(Throwable why) {
        LOG.warn(
                "What was stored last in vault {} is looked for at its next opening: {}",
                config.id(),
                why.getMessage());
        keepLease = true;
    }

    /** Ends an opening that failed. What the end before left behind may not be known yet. */
    public void closeAfter(Throwable failure) {
        if (mayHaveStrays()) {
            keepLease(failure);
        }
        close();
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
            if (publisher != null && !keepLease) {
                publisher.release();
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

    private void letGo() {
        try {
            local.close();
        } catch (DoppelException e) {
            LOG.warn("{}", e.getMessage());
        }
    }
}
