package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultError;
import io.doppel.vault.internal.meta.SealedObject.Kind;
import io.doppel.vault.internal.meta.SealedStore.Sealed;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;

/** The objects under {@code heads/}, and which of them counts (docs/vault-format.md §9, §10). */
final class Heads {
    static final String FOLDER = "heads";
    private static final int DIGITS = 16;
    /** Heads of the chain that are kept. */
    static final int KEPT = 8;

    /** A look at what others change may have to be taken again. */
    static final int LOOKS = 4;

    private final SealedStore store;
    private final Leases leases;

    Heads(SealedStore store, Leases leases) {
        this.store = store;
        this.leases = leases;
    }

    static String name(long generation) {
        return String.format("%s/%016x", FOLDER, generation);
    }

    /**
     * The newest head that counts.
     *
     * @param head the head
     * @param sha256 hex SHA-256 of its object; empty if there is none yet
     * @param through the highest generation whose name is taken
     * @param settled whether no later lease can make the head void
     * @param older whether there may be a newer one that cannot be read
     */
    record Newest(Head head, String sha256, long through, boolean settled, boolean older) {}

    /** Generations whose names are taken. */
    NavigableSet<Long> generations() throws DoppelException {
        NavigableSet<Long> generations = new TreeSet<>();
        for (String name : store.io().list(FOLDER)) {
            if (name.length() == DIGITS && name.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
                generations.add(HexFormat.fromHexDigitsToLong(name));
            }
        }
        return generations;
    }

    Sealed<Head> read(long generation) throws DoppelException {
        String name = name(generation);
        Sealed<Head> sealed = store.read(Kind.HEAD, name, Head.class);
        if (sealed.value().generation() != generation) {
            throw Problems.damaged(name, "it is of generation " + sealed.value().generation());
        }
        return sealed;
    }

    /** The newest head; whatever is wrong with it, or with what decides that it is the newest, is a failure. */
    Newest newest() throws DoppelException {
        for (int look = 1; ; look++) {
            // Heads before leases: a head seen while no later lease is there will be covered by that lease's closing.
            NavigableSet<Long> generations = generations();
            Leases.Table table = leases.table();
            try {
                return newest(generations, table);
            } catch (DoppelException e) {
                if (look == LOOKS || !e.is(VaultError.MISSING_OBJECT)) {
                    throw e;
                }
            }
        }
    }

    private Newest newest(NavigableSet<Long> generations, Leases.Table table) throws DoppelException {
        long epoch = table.topClosed();
        if (table.topReleased() > epoch) {
            long end = table.topReleased();
            throw new DoppelException(
                    VaultError.MISSING_OBJECT,
                    "'" + Leases.closingName(end) + "' is missing, although '" + Leases.releaseName(end)
                            + "' is there");
        }
        Lease.Closing start = epoch == 0 ? Lease.Closing.NONE : leases.closing(epoch);
        long through = Math.max(start.through(), generations.isEmpty() ? 0 : generations.last());
        boolean settled = table.top() == epoch;
        if (table.released().contains(epoch)) {
            Lease.Release end = leases.release(epoch);
            return named(end.generation(), end.sha256(), Leases.releaseName(epoch), through, settled);
        }
        for (long generation : generations.tailSet(start.through(), false).descendingSet()) {
            Sealed<Head> sealed = read(generation);
            long of = sealed.value().leaseEpoch();
            if (of == epoch) {
                return new Newest(sealed.value(), sealed.sha256(), through, settled, false);
            }
            if (of > epoch) {
                throw Problems.missing(Leases.closingName(of));
            }
        }
        return named(start.generation(), start.sha256(), Leases.closingName(epoch), through, settled);
    }

    private Newest named(long generation, String sha256, String by, long through, boolean settled)
            throws DoppelException {
        if (generation == 0) {
            return new Newest(Head.NONE, "", through, settled, false);
        }
        Sealed<Head> sealed = read(generation);
        if (!sealed.sha256().equals(sha256)) {
            throw new DoppelException(
                    VaultError.ROLLED_BACK, "'" + name(generation) + "' is not the head that '" + by + "' names");
        }
        return new Newest(sealed.value(), sealed.sha256(), through, settled, false);
    }

    /** As {@link #newest()}; if that fails because of objects, the newest head that can be read, with warnings. */
    Newest newestReadable(Consumer<String> warnings) throws DoppelException {
        try {
            return newest();
        } catch (DoppelException e) {
            if (!Problems.isObjectFault(e)) {
                throw e;
            }
            warnings.accept("The vault's newest state could not be used: " + e.what());
        }
        NavigableSet<Long> generations = generations();
        long through = generations.isEmpty() ? 0 : generations.last();
        List<Lease.Closing> closings = readableClosings();
        for (Lease.Closing closing : closings) {
            through = Math.max(through, closing.through());
        }
        for (long generation : generations.descendingSet()) {
            try {
                Sealed<Head> sealed = read(generation);
                if (!isVoid(sealed.value(), closings)) {
                    warnings.accept("The vault goes on from '" + name(generation) + "'");
                    return new Newest(sealed.value(), sealed.sha256(), through, false, true);
                }
            } catch (DoppelException e) {
                if (!Problems.isObjectFault(e)) {
                    throw e;
                }
                warnings.accept(e.what());
            }
        }
        warnings.accept("No head of the vault can be read; the vault goes on without versions");
        return new Newest(Head.NONE, "", through, false, true);
    }

    /** Whether one of the closings came before the head, which is of an earlier epoch. */
    private static boolean isVoid(Head head, List<Lease.Closing> closings) {
        return closings.stream().anyMatch(c -> head.leaseEpoch() < c.epoch() && head.generation() > c.generation());
    }

    private List<Lease.Closing> readableClosings() throws DoppelException {
        List<Lease.Closing> closings = new ArrayList<>();
        for (long epoch : leases.table().closed()) {
            try {
                closings.add(leases.closing(epoch));
            } catch (DoppelException e) {
                if (!Problems.isObjectFault(e)) {
                    throw e;
                }
            }
        }
        return closings;
    }

    /** The object's hash if that head is still kept. */
    Optional<String> hashOf(long generation) throws DoppelException {
        try {
            return Optional.of(Digests.hexSha256(store.io().read(name(generation))));
        } catch (DoppelException e) {
            if (e.is(VaultError.MISSING_OBJECT)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    Sealed<Head> seal(Head head) throws DoppelException {
        return store.seal(Kind.HEAD, name(head.generation()), head);
    }

    void put(Sealed<Head> sealed) throws DoppelException {
        store.io().put(name(sealed.value().generation()), sealed.object());
    }

    /** The heads that lead to the given one, newest first, it included; at most as many as are kept. */
    List<Long> chain(Head newest) throws DoppelException {
        List<Long> chain = new ArrayList<>();
        NavigableSet<Long> generations = generations();
        Head head = newest;
        chain.add(head.generation());
        while (chain.size() < KEPT && !head.previous().isEmpty()) {
            Optional<Head> before = before(head, generations);
            if (before.isEmpty()) {
                break;
            }
            head = before.get();
            chain.add(head.generation());
        }
        return chain;
    }

    private Optional<Head> before(Head head, NavigableSet<Long> generations) throws DoppelException {
        for (long generation : generations.headSet(head.generation(), false).descendingSet()) {
            try {
                Sealed<Head> sealed = read(generation);
                if (sealed.sha256().equals(head.previous())) {
                    return Optional.of(sealed.value());
                }
            } catch (DoppelException e) {
                if (!Problems.isObjectFault(e) && !e.is(StorageError.IO)) {
                    throw e;
                }
            }
        }
        return Optional.empty();
    }

    /** Deletes heads older than the last eight of the chain; deletes nothing if the chain is shorter. */
    void prune(List<Long> chain) throws DoppelException {
        if (chain.size() < KEPT) {
            return;
        }
        for (long generation : generations().headSet(chain.get(KEPT - 1), false)) {
            store.io().delete(name(generation));
        }
    }
}
