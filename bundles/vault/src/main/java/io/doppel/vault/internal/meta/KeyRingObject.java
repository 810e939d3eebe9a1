package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.internal.meta.SealedObject.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A keyring as it is stored.
 *
 * @param generation its number, from 1
 * @param idKey the secret of the dedup domain
 * @param epochs the encryption roots
 */
record KeyRingObject(int generation, byte[] idKey, List<Epoch> epochs) {
    private static final String FOLDER = "keyring";
    private static final String COPY = ".keyring";

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

    static String copyName(String vaultId, int generation) {
        return String.format("%s/%s%08x%s", Pair.COPIES, KeySlots.mark(vaultId), generation, COPY);
    }

    /**
     * The plaintext of a new vault's keyring, of generation 1; the caller clears it.
     *
     * @param idKey the secret of the dedup domain, which is cleared here
     */
    static byte[] create(byte[] idKey) {
        KeyRingObject ring =
                new KeyRingObject(1, idKey, List.of(new Epoch(1, Digests.random(MasterKey.LENGTH), Instant.now())));
        byte[] plain = Json.write(ring);
        ring.clear();
        return plain;
    }

    /** The plaintext of the keyring after this one, with one key epoch more; the caller clears it. */
    byte[] next() {
        Epoch fresh = new Epoch(currentEpoch() + 1, Digests.random(MasterKey.LENGTH), Instant.now());
        List<Epoch> more = new ArrayList<>(epochs);
        more.add(fresh);
        byte[] plain = Json.write(new KeyRingObject(generation + 1, idKey, more));
        Arrays.fill(fresh.root(), (byte) 0);
        return plain;
    }

    /** The key epoch of new objects. */
    private int currentEpoch() {
        return epochs.stream().mapToInt(Epoch::epoch).max().orElseThrow();
    }

    /** Whether this has the keys of an earlier keyring, and perhaps more. */
    boolean continues(KeyRingObject earlier) {
        return Arrays.equals(idKey, earlier.idKey) && earlier.epochs.stream().allMatch(this::has);
    }

    private boolean has(Epoch other) {
        return epochs.stream().anyMatch(e -> e.epoch() == other.epoch() && Arrays.equals(e.root(), other.root()));
    }

    /** Overwrites the keys. */
    void clear() {
        Arrays.fill(idKey, (byte) 0);
        epochs.forEach(e -> Arrays.fill(e.root(), (byte) 0));
    }

    /** The object of that name with this plaintext. */
    static byte[] seal(String name, byte[] plain, MasterKey master) {
        return SealedObject.seal(Kind.KEYRING, name, 0, master.bytes(), plain);
    }

    /** Generations of the vault's keyrings of which there is the original or the copy. */
    static NavigableSet<Integer> generations(ObjectIo io, String vaultId) throws DoppelException {
        NavigableSet<Integer> all = new TreeSet<>();
        for (String folder : List.of(FOLDER, Pair.COPIES)) {
            Pattern name = Pattern.compile(
                    KeySlots.mark(vaultId) + "([0-7][0-9a-f]{7})" + (folder.equals(FOLDER) ? "" : Pattern.quote(COPY)));
            for (String object : io.list(folder)) {
                Matcher matcher = name.matcher(object);
                if (matcher.matches()) {
                    all.add(HexFormat.fromHexDigits(matcher.group(1)));
                }
            }
        }
        return all;
    }

    /** The keyring that counts, which is that of the highest generation, and its copy: plaintexts, which the caller clears. */
    static Pair<byte[]> newest(ObjectIo io, String vaultId, MasterKey master) throws DoppelException {
        NavigableSet<Integer> generations = generations(io, vaultId);
        return stored(io, vaultId, generations.isEmpty() ? 1 : generations.last(), master);
    }

    /** The keyring of a generation and its copy: plaintexts, which the caller clears. */
    static Pair<byte[]> stored(ObjectIo io, String vaultId, int generation, MasterKey master) throws DoppelException {
        return Pair.read(
                objectName(vaultId, generation),
                copyName(vaultId, generation),
                name -> open(name, io.read(name), generation, master));
    }

    private static byte[] open(String name, byte[] object, int generation, MasterKey master) throws DoppelException {
        Optional<byte[]> plain = SealedObject.epoch(Kind.KEYRING, object)
                .filter(epoch -> epoch == 0)
                .flatMap(epoch -> SealedObject.open(name, master.bytes(), object));
        Optional<KeyRingObject> ring =
                plain.flatMap(text -> Json.read(text, KeyRingObject.class)).filter(KeyRingObject::isWellFormed);
        boolean right = ring.filter(r -> r.generation() == generation).isPresent();
        ring.ifPresent(KeyRingObject::clear);
        if (!right) {
            plain.ifPresent(text -> Arrays.fill(text, (byte) 0));
            throw Problems.damaged(name, "its content is not what was written");
        }
        return plain.get();
    }

    /** What the plaintext of a keyring that was stored says; the caller clears it. */
    static KeyRingObject parse(byte[] plain) {
        return Json.read(plain, KeyRingObject.class).orElseThrow();
    }

    /** The keyring that counts if its generation is above the given one; the caller clears it. */
    static Optional<KeyRingObject> newerThan(int generation, ObjectIo io, String vaultId, MasterKey master)
            throws DoppelException {
        NavigableSet<Integer> generations = generations(io, vaultId);
        if (generations.isEmpty() || generations.last() <= generation) {
            return Optional.empty();
        }
        Pair<byte[]> rings = stored(io, vaultId, generations.last(), master);
        try {
            return Optional.of(parse(rings.value()));
        } finally {
            rings.values().forEach(plain -> Arrays.fill(plain, (byte) 0));
        }
    }

    private boolean isWellFormed() {
        return idKey.length == MasterKey.LENGTH
                && !epochs.isEmpty()
                && epochs.stream()
                        .allMatch(e -> e.epoch() > 0 && e.root() != null && e.root().length == MasterKey.LENGTH);
    }

    /** The keys, in these arrays themselves. */
    KeyRing toKeys(KeyRing.Source source) {
        Map<Integer, byte[]> roots = new TreeMap<>();
        epochs.forEach(e -> roots.put(e.epoch(), e.root()));
        return new KeyRing(generation, idKey, roots, source);
    }
}
