package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultError;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The keys of an open vault (docs/vault-format.md §3). Not changed until it is cleared. */
public final class KeyRing {
    private final byte[] idKey;
    private volatile TreeMap<Integer, byte[]> roots;

    /** Takes the arrays as they are. */
    public KeyRing(byte[] idKey, Map<Integer, byte[]> roots) {
        this.idKey = idKey;
        this.roots = new TreeMap<>(roots);
    }

    /** The secret of the dedup domain; not to be changed. */
    public byte[] idKey() {
        return idKey;
    }

    /** The key epoch of new objects. */
    public int currentEpoch() {
        return roots.lastKey();
    }

    /** The encryption root of a key epoch. */
    public byte[] root(int epoch) throws DoppelException {
        return findRoot(epoch)
                .orElseThrow(() -> new DoppelException(
                        VaultError.DAMAGED_OBJECT, "An object names key epoch " + epoch + ", which is not known"));
    }

    Optional<byte[]> findRoot(int epoch) {
        return Optional.ofNullable(roots.get(epoch));
    }

    /** Overwrites and forgets the keys, so that a straggler fails instead of encrypting with zeros. */
    void clear() {
        TreeMap<Integer, byte[]> old = roots;
        roots = new TreeMap<>();
        old.values().forEach(root -> Arrays.fill(root, (byte) 0));
        Arrays.fill(idKey, (byte) 0);
    }
}
