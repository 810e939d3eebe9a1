package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.internal.meta.SealedObject.Kind;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A folder of sealed objects of one kind, each named by an id of 32 random hex digits that is also in it. Safe for several threads.
 *
 * @param <T> what is in one
 */
final class SealedFolder<T> {
    private static final int DIGITS = 32;
    private static final Pattern ID = Pattern.compile("[0-9a-f]{" + DIGITS + "}");

    private final SealedStore store;
    private final String folder;
    private final Kind kind;
    private final Class<T> type;
    private final Function<T, String> id;

    /**
     * A folder.
     *
     * @param id gives the id that is in a value
     */
    SealedFolder(SealedStore store, String folder, Kind kind, Class<T> type, Function<T, String> id) {
        this.store = store;
        this.folder = folder;
        this.kind = kind;
        this.type = type;
        this.id = id;
    }

    /** A new id. */
    static String newId() {
        return Digests.randomHex(DIGITS);
    }

    private String name(String of) {
        return folder + "/" + of;
    }

    /** Ids of what is in the storage, readable or not. */
    List<String> stored() throws DoppelException {
        return store.io().list(folder).stream()
                .filter(n -> ID.matcher(n).matches())
                .toList();
    }

    /** Reads and authenticates a value, which is of that id. */
    T read(String of) throws DoppelException {
        T value = store.read(kind, name(of), type).value();
        if (!of.equals(id.apply(value))) {
            throw Problems.damaged(name(of), "it is that of id " + id.apply(value));
        }
        return value;
    }

    /** Puts a value, durably. */
    void put(T value) throws DoppelException {
        store.put(kind, name(id.apply(value)), value);
    }

    /** Deletes a value, which may be gone already. */
    void delete(String of) throws DoppelException {
        store.io().delete(name(of));
    }
}
