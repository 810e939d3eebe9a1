package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.internal.meta.SealedObject.Kind;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A keyring as it is stored.
 *
 * @param generation its number, from 1
 * @param idKey the secret of the dedup domain
 * @param epochs the encryption roots
 */
record KeyRingObject(int generation, byte[] idKey, List<Epoch> epochs) {
    static final String FOLDER = "keyring";

    KeyRingObject {
        Objects.requireNonNull(idKey);
        epochs = List.copyOf(epochs);
    }

    /**
     * A key epoch.
     *
     * @param epoch its number, from 1
     * @param root the encryption root
     * @param created when it began
     */
    record Epoch(int epoch, byte[] root, Instant created) {}

    static String objectName(String vaultId, int generation) {
        return String.format("%s/%s%08x", FOLDER, KeySlots.mark(vaultId), generation);
    }

    /** Stores the keyring of a new vault. */
    static String create(ObjectIo io, String vaultId, MasterKey master) throws DoppelException {
        String name = objectName(vaultId, 1);
        KeyRingObject ring = new KeyRingObject(
                1,
                Digests.random(MasterKey.LENGTH),
                List.of(new Epoch(1, Digests.random(MasterKey.LENGTH), Instant.now())));
        byte[] plain = Json.write(ring);
        ring.toKeys().clear();
        io.put(name, SealedObject.seal(Kind.KEYRING, name, 0, master.bytes(), plain));
        Arrays.fill(plain, (byte) 0);
        return name;
    }

    /** Names of the keyrings of a vault, oldest first. */
    static List<String> names(ObjectIo io, String vaultId) throws DoppelException {
        return io.list(FOLDER).stream()
                .filter(n -> n.startsWith(KeySlots.mark(vaultId)))
                .map(n -> FOLDER + "/" + n)
                .toList();
    }

    /** Reads the keyring that counts. */
    static KeyRing newest(ObjectIo io, String vaultId, MasterKey master) throws DoppelException {
        List<String> names = names(io, vaultId);
        if (names.isEmpty()) {
            throw Problems.missing(objectName(vaultId, 1));
        }
        return read(io, names.get(names.size() - 1), vaultId, master);
    }

    static KeyRing read(ObjectIo io, String name, String vaultId, MasterKey master) throws DoppelException {
        byte[] object = io.read(name);
        Optional<byte[]> plain = SealedObject.epoch(Kind.KEYRING, object)
                .filter(epoch -> epoch == 0)
                .flatMap(epoch -> SealedObject.open(name, master.bytes(), object));
        Optional<KeyRingObject> ring = plain.flatMap(text -> Json.read(text, KeyRingObject.class))
                .filter(r -> name.equals(objectName(vaultId, r.generation())) && r.isWellFormed());
        plain.ifPresent(text -> Arrays.fill(text, (byte) 0));
        return ring.orElseThrow(() -> Problems.damaged(name, "its content is not what was written"))
                .toKeys();
    }

    private boolean isWellFormed() {
        return idKey.length == MasterKey.LENGTH
                && !epochs.isEmpty()
                && epochs.stream()
                        .allMatch(e -> e.epoch() > 0 && e.root() != null && e.root().length == MasterKey.LENGTH);
    }

    private KeyRing toKeys() {
        Map<Integer, byte[]> roots = new TreeMap<>();
        epochs.forEach(e -> roots.put(e.epoch(), e.root()));
        return new KeyRing(idKey, roots);
    }
}
