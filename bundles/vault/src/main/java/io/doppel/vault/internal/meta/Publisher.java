package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultError;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.internal.meta.SealedStore.Sealed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes under a lease (docs/vault-format.md §10), and ends it. Safe for several threads; publications follow one another. */
final class Publisher {
    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

    /** Names that others may take between looking and putting, one after the other, before we give up. */
    private static final int ROUNDS = 16;

    private final Leases leases;
    private final Heads heads;
    private final Versions versions;
    private final RollbackGuard guard;
    private final LeaseHolding.Held held;
    private final Consumer<String> warnings;

    private volatile Heads.Newest newest;
    private List<Long> chain;
    /** Heads of ours of which it is not known yet whether they are there. */
    private final List<Sealed<Head>> unsettled = new ArrayList<>();

    private volatile boolean lost;
    private boolean leasesPruned;

    /**
     * A publisher.
     *
     * @param held the lease, closed already
     * @param newest the head to go on from
     * @param warnings takes what goes wrong without making a publication fail; the same may come more than once
     */
    Publisher(
            Leases leases,
            Heads heads,
            Versions versions,
            RollbackGuard guard,
            LeaseHolding.Held held,
            Heads.Newest newest,
            Consumer<String> warnings) {
        this.leases = leases;
        this.heads = heads;
        this.versions = versions;
        this.guard = guard;
        this.held = held;
        this.newest = newest;
        this.warnings = warnings;
    }

    /** Epoch of the lease. */
    long epoch() {
        return held.epoch();
    }

    /** The newest head. */
    Heads.Newest newest() {
        return newest;
    }

    /**
     * Checks that nobody has taken over.
     *
     * @throws DoppelException {@link VaultError#LEASE_LOST} or a {@link StorageError}
     */
    void checkLease() throws DoppelException {
        if (lost) {
            throw leaseLost("Another server took over the vault");
        }
        checkLease(leases.table());
    }

    /** The same, of what was listed just now. */
    void checkLease(Leases.Table table) throws DoppelException {
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
     * @throws DoppelException {@link VaultError#LEASE_LOST}, {@link VaultError#MOVED_ON} or a {@link StorageError}
     */
    synchronized Head publish(HeadChange change) throws DoppelException {
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
        unsettled.clear();
        afterwards(published);
        return published.value();
    }

    /** Puts a head with the change; only a put that was acknowledged ends this well. */
    private Sealed<Head> put(HeadChange change, Map<Long, String> ours) throws DoppelException {
        long floor = newest.through();
        boolean again = false;
        for (int round = 1; ; round++) {
            // listed before late heads are looked for: one that turns up after that takes the name that is put
            floor = Math.max(floor, highestTaken());
            adoptUnsettled();
            checkLease();
            Heads.Newest base = newest;
            change.requireFollows(base.head());
            floor = Math.max(floor, base.through());
            Sealed<Head> sealed = heads.seal(change.apply(base.head(), base.sha256(), floor + 1, held.epoch()));
            unsettled.add(sealed);
            try {
                heads.put(sealed);
                ours.put(floor + 1, sealed.sha256());
                return sealed;
            } catch (DoppelException e) {
                if (e.is(StorageError.FULL)) {
                    unsettled.remove(sealed);
                    throw e;
                }
                if (round == ROUNDS) {
                    throw e;
                }
                if (e.is(StorageError.EXISTS)) {
                    // A void head of an earlier holder, or one of ours that turned up late.
                    unsettled.remove(sealed);
                    floor++;
                } else if (!again && adoptUnsettled() && newest.sha256().equals(sealed.sha256())) {
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

    /** Makes a head of ours that turned up the base of the next, and forgets those in whose place another is. */
    private boolean adoptUnsettled() throws DoppelException {
        boolean adopted = false;
        for (Sealed<Head> head : List.copyOf(unsettled)) {
            Optional<String> hash = heads.hashOf(head.value().generation());
            if (hash.isPresent()) {
                unsettled.remove(head);
                if (hash.get().equals(head.sha256())) {
                    accept(head);
                    adopted = true;
                }
            }
        }
        return adopted;
    }

    private void accept(Sealed<Head> sealed) {
        long generation = sealed.value().generation();
        newest = new Heads.Newest(sealed.value(), sealed.sha256(), Math.max(generation, newest.through()), true, false);
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
            guard.remember(newest);
        } catch (DoppelException e) {
            warnings.accept(e.what());
        }
        if (lost) {
            return;
        }
        try {
            chain = chain == null
                    ? heads.chain(published.value())
                    : follow(chain, published.value().generation());
            heads.prune(chain);
            pruneLeases();
        } catch (DoppelException e) {
            chain = null;
            LOG.warn("Old heads and leases stay until the next publication: {}", e.getMessage());
        }
    }

    /** Once, because what of the leases is old changes with the next opening only. */
    private void pruneLeases() throws DoppelException {
        if (!leasesPruned && chain.size() == Heads.KEPT) {
            long oldest = chain.get(Heads.KEPT - 1);
            leases.prune(heads.read(oldest).value().leaseEpoch(), held.epoch());
            leasesPruned = true;
        }
    }

    private static List<Long> follow(List<Long> chain, long generation) {
        List<Long> longer = new ArrayList<>(chain);
        longer.add(0, generation);
        return List.copyOf(longer.subList(0, Math.min(longer.size(), Heads.KEPT)));
    }

    /** Puts the release of the lease, unless that would be wrong. */
    synchronized void release() throws DoppelException {
        adoptUnsettled();
        // A head that may still turn up must not follow a release, which would make it void after somebody saw it.
        if (!unsettled.isEmpty() || lost || leases.table().top() != held.epoch()) {
            return;
        }
        leases.put(new Lease.Release(held.epoch(), held.nonce(), newest.head().generation(), newest.sha256()));
    }
}
