package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultError;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The keys of an open vault (docs/vault-format.md §3). Encryption roots are only ever added, by whoever begins a key epoch or meets an
 * object of one, until all are cleared. Safe for several threads.
 */
public final class KeyRing {
    private final byte[] idKey;
    private final Source source;
    private volatile Known known;

    /** The keyrings in the storage. */
    @FunctionalInterface
    interface Source {
        /** The keyring that counts if its generation is above the given one; the caller clears it. */
        Optional<KeyRingObject> newerThan(int generation) throws DoppelException;
    }

    /**
     * What is known, never changed in place.
     *
     * @param generation of the keyring that it is from
     * @param roots by key epoch; empty once cleared
     */
    private record Known(int generation, TreeMap<Integer, byte[]> roots) {}

    /** Keys that never change. Takes the arrays as they are. */
    public KeyRing(byte[] idKey, Map<Integer, byte[]> roots) {
        this(1, idKey, roots, generation -> Optional.empty());
    }

    /** The keys of a keyring, and of later ones as they are needed. Takes the arrays as they are. */
    KeyRing(int generation, byte[] idKey, Map<Integer, byte[]> roots, Source source) {
        this.idKey = idKey;
        this.source = source;
        this.known = new Known(generation, new TreeMap<>(roots));
    }

    /** The secret of the dedup domain; not to be changed. */
    public byte[] idKey() {
        return idKey;
    }

    /** Generation of the newest keyring that is known. */
    int generation() {
        return known.generation();
    }

    /** The key epoch of new objects. */
    public int currentEpoch() {
        return known.roots().lastKey();
    }

    /**
     * The encryption root of a key epoch. Of an epoch above those that are known, the storage is asked for a newer keyring.
     *
     * @throws DoppelException {@link VaultError#DAMAGED_OBJECT} if no keyring has it; the storage's failures
     */
    public byte[] root(int epoch) throws DoppelException {
        return findRoot(epoch)
                .orElseThrow(() -> new DoppelException(
                        VaultError.DAMAGED_OBJECT, "An object names key epoch " + epoch + ", which no keyring has"));
    }

    /** As {@link #root}; empty if no keyring has it. */
    Optional<byte[]> findRoot(int epoch) throws DoppelException {
        Known now = known;
        byte[] root = now.roots().get(epoch);
        if (root == null && !now.roots().isEmpty() && epoch > now.roots().lastKey()) {
            refresh();
            root = known.roots().get(epoch);
        }
        return Optional.ofNullable(root);
    }

    /** Looks for a newer keyring; others may use the keys meanwhile. */
    void refresh() throws DoppelException {
        Optional<KeyRingObject> newer = source.newerThan(known.generation());
        if (newer.isPresent()) {
            adopt(newer.get());
        }
    }

    /** Adds what a later keyring has, in copies, and clears it. */
    synchronized void adopt(KeyRingObject ring) {
        Known now = known;
        if (ring.generation() > now.generation() && !now.roots().isEmpty()) {
            TreeMap<Integer, byte[]> roots = new TreeMap<>(now.roots());
            ring.epochs()
                    .forEach(e -> roots.computeIfAbsent(e.epoch(), n -> e.root().clone()));
            known = new Known(ring.generation(), roots);
        }
        ring.clear();
    }

    /**
     * Overwrites and forgets the keys, so that a straggler fails. One that has got a root already must not encrypt with zeros, which
     * everybody knows; so random bytes take the keys' place.
     */
    synchronized void clear() {
        Known old = known;
        known = new Known(old.generation(), new TreeMap<>());
        old.roots().values().forEach(Digests::randomize);
        Digests.randomize(idKey);
    }
}
