package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.RecoveryCopies;
import io.doppel.vault.VaultError;
import io.doppel.vault.internal.meta.SealedObject.Kind;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** The objects under {@code recovery/} (docs/vault-format.md §16). Safe for several threads. */
final class CopyObjects {
    private static final String FOLDER = "recovery";
    private static final String PARTS = FOLDER + "/parts";
    private static final Pattern COPY = Pattern.compile("[0-9a-f]{8}\\.[0-9a-f]{8}");
    private static final Pattern PART = Pattern.compile("parts/[0-9a-f]{32}");

    private final SealedStore store;
    /** What was read; copies never change. */
    private final Map<String, StoredCopy> known = new ConcurrentHashMap<>();

    CopyObjects(SealedStore store) {
        this.store = store;
    }

    static String name(String copy) {
        return FOLDER + "/" + copy;
    }

    static String partName(String part) {
        return PARTS + "/" + part;
    }

    static String id(long epoch, long number) {
        return String.format("%08x.%08x", epoch, number);
    }

    /**
     * What there is.
     *
     * @param copies ids, the newest first
     * @param parts ids
     */
    record Listing(List<String> copies, Set<String> parts) {}

    Listing list() throws DoppelException {
        List<String> names = store.io().list(FOLDER);
        List<String> copies = names.stream()
                .filter(n -> COPY.matcher(n).matches())
                .sorted(Comparator.reverseOrder())
                .toList();
        Set<String> parts = new HashSet<>();
        names.stream().filter(n -> PART.matcher(n).matches()).forEach(n -> parts.add(n.substring(n.indexOf('/') + 1)));
        known.keySet().retainAll(copies);
        return new Listing(copies, parts);
    }

    StoredCopy read(String id) throws DoppelException {
        StoredCopy copy = known.get(id);
        if (copy == null) {
            copy = readAgain(id);
            known.put(id, copy);
        }
        return copy;
    }

    /** Reads past what is known. */
    StoredCopy readAgain(String id) throws DoppelException {
        StoredCopy copy =
                store.read(Kind.RECOVERY_COPY, name(id), StoredCopy.class).value();
        if (!id.equals(copy.id())) {
            throw Problems.damaged(name(id), "it is that of id " + copy.id());
        }
        return copy;
    }

    /** The copy; empty if it is damaged, which nothing changes any more. */
    Optional<StoredCopy> ifWhole(String id) throws DoppelException {
        try {
            return Optional.of(read(id));
        } catch (DoppelException e) {
            if (!e.is(VaultError.DAMAGED_OBJECT)) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** Reads and checks a part and hands it to the reader. */
    void read(StoredCopy.Part part, RecoveryCopies.Reader reader) throws DoppelException {
        byte[] content = store.readBytes(Kind.RECOVERY_PART, partName(part.id()));
        try {
            if (content.length != part.bytes() || !Digests.hexSha256(content).equals(part.sha256())) {
                throw Problems.damaged(partName(part.id()), "it is not the part that the copy names");
            }
            reader.part(content);
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    void put(StoredCopy copy) throws DoppelException {
        store.put(Kind.RECOVERY_COPY, name(copy.id()), copy);
        known.put(copy.id(), copy);
    }

    void put(String part, byte[] content) throws DoppelException {
        store.putBytes(Kind.RECOVERY_PART, partName(part), content);
    }

    void delete(String copy) throws DoppelException {
        known.remove(copy);
        store.io().delete(name(copy));
    }

    void deletePart(String part) throws DoppelException {
        store.io().delete(partName(part));
    }
}
