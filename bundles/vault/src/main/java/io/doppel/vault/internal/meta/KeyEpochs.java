package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Begins key epochs (docs/vault-format.md §3), which only the holder of the lease does. */
final class KeyEpochs {
    /** Keyrings that others may put before ours, one after the other, before we give up. */
    private static final int ROUNDS = 16;

    private final ObjectIo io;
    private final String vaultId;
    private final MasterKey master;
    private final KeyRing keys;
    private final LeaseCheck lease;
    private final Consumer<String> notes;

    /** Tells whether we hold the lease. */
    @FunctionalInterface
    interface LeaseCheck {
        /** Throws {@link VaultError#LEASE_LOST} if we do not. */
        void check() throws DoppelException;
    }

    /**
     * For an open vault.
     *
     * @param notes takes what was put right, or could not be
     */
    KeyEpochs(ObjectIo io, String vaultId, MasterKey master, KeyRing keys, LeaseCheck lease, Consumer<String> notes) {
        this.io = io;
        this.vaultId = vaultId;
        this.master = master;
        this.keys = keys;
        this.lease = lease;
        this.notes = notes;
    }

    /** Goes on with the keyring that counts now, and puts back what is not right of the two objects of each generation. */
    void settle() throws DoppelException {
        for (int generation : KeyRingObject.generations(io, vaultId).descendingSet()) {
            Pair<byte[]> rings = KeyRingObject.stored(io, vaultId, generation, master);
            try {
                if (generation > keys.generation()) {
                    keys.adopt(KeyRingObject.parse(rings.value()));
                }
                rings.mend(io, this::seal).ifPresent(notes);
            } finally {
                clear(rings.values());
            }
        }
    }

    /**
     * Puts the next keyring; when it and its copy are proved, new objects are of the new epoch. Whether the lease was ours until then
     * is told by the next publication; what was put is part of what follows in any case.
     */
    void begin() throws DoppelException {
        for (int round = 1; ; round++) {
            lease.check();
            Pair<byte[]> rings = KeyRingObject.newest(io, vaultId, master);
            List<byte[]> secrets = new ArrayList<>(rings.values());
            try {
                rings.mend(io, this::seal).ifPresent(notes);
                KeyRingObject before = KeyRingObject.parse(rings.value());
                byte[] next = before.next();
                secrets.add(next);
                int generation = before.generation() + 1;
                before.clear();
                if (put(KeyRingObject.objectName(vaultId, generation), next)) {
                    finish(generation, next, secrets);
                    return;
                }
            } finally {
                clear(secrets);
            }
            if (round == ROUNDS) {
                throw new DoppelException(VaultError.LEASE_LOST, "Others put keyring after keyring at the same time");
            }
        }
    }

    private void finish(int generation, byte[] next, List<byte[]> secrets) throws DoppelException {
        // Who takes over may have made the copy from the original already.
        put(KeyRingObject.copyName(vaultId, generation), next);
        Pair<byte[]> stored = KeyRingObject.stored(io, vaultId, generation, master);
        secrets.addAll(stored.values());
        boolean both =
                stored.values().size() == 2 && stored.values().stream().allMatch(plain -> Arrays.equals(plain, next));
        if (!both) {
            throw new DoppelException(
                    VaultError.DAMAGED_OBJECT,
                    "The new keyring '" + KeyRingObject.objectName(vaultId, generation)
                            + "' and its copy do not read as they were written; no key epoch was begun");
        }
        keys.adopt(KeyRingObject.parse(next));
    }

    /** False if the name is taken. */
    private boolean put(String name, byte[] plain) throws DoppelException {
        try {
            io.put(name, seal(name, plain));
            return true;
        } catch (DoppelException e) {
            if (e.is(StorageError.EXISTS)) {
                return false;
            }
            throw e;
        }
    }

    private byte[] seal(String name, byte[] plain) {
        return KeyRingObject.seal(name, plain, master);
    }

    private static void clear(List<byte[]> secrets) {
        secrets.forEach(plain -> Arrays.fill(plain, (byte) 0));
    }
}
