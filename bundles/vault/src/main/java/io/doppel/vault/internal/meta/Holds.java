package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultError;
import io.doppel.vault.internal.meta.SealedObject.Kind;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The objects under {@code holds/} (docs/vault-format.md §13). Safe for several threads. */
public final class Holds {
    private static final String FOLDER = "holds";

    private final SealedFolder<StoredHold> folder;
    /** What was read; holds never change. */
    private final Map<String, StoredHold> known = new ConcurrentHashMap<>();

    Holds(SealedStore store) {
        this.folder = new SealedFolder<>(store, FOLDER, Kind.HOLD, StoredHold.class, StoredHold::id);
    }

    /** Whether a failure of {@link #get} is that of this hold alone, which is there: damage, or a bad sector below it. */
    public static boolean isUnreadable(DoppelException e) {
        return Problems.mayBeOfOneObject(e) && !e.is(VaultError.MISSING_OBJECT);
    }

    /** Name of the object of a hold. */
    public static String name(String id) {
        return FOLDER + "/" + id;
    }

    /** A new id. */
    public static String newId() {
        return SealedFolder.newId();
    }

    /** Ids of the holds in the storage, readable or not. */
    public List<String> stored() throws DoppelException {
        List<String> ids = folder.stored();
        known.keySet().retainAll(ids);
        return ids;
    }

    /**
     * A hold.
     *
     * @throws DoppelException {@code DAMAGED_OBJECT}, or {@code MISSING_OBJECT} if it has ended; the storage's failures
     */
    public StoredHold get(String id) throws DoppelException {
        StoredHold hold = known.get(id);
        if (hold == null) {
            hold = read(id);
            known.put(id, hold);
        }
        return hold;
    }

    /** Reads past what is known. */
    StoredHold read(String id) throws DoppelException {
        return folder.read(id);
    }

    /** Puts a hold, durably. */
    public void put(StoredHold hold) throws DoppelException {
        folder.put(hold);
    }

    /** Deletes a hold, which may be gone already. */
    public void delete(String id) throws DoppelException {
        folder.delete(id);
    }
}
