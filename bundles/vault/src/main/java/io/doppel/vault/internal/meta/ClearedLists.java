package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.internal.meta.SealedObject.Kind;
import java.util.List;

/** The objects under {@code cleared/}. Safe for several threads. */
public final class ClearedLists {
    private final SealedFolder<ClearedList> folder;

    ClearedLists(SealedStore store) {
        this.folder = new SealedFolder<>(store, "cleared", Kind.CLEARED, ClearedList.class, ClearedList::id);
    }

    /** Ids of the lists in the storage, named by a head or not. */
    public List<String> stored() throws DoppelException {
        return folder.stored();
    }

    /** Reads a list. */
    public ClearedList get(String id) throws DoppelException {
        return folder.read(id);
    }

    /** Stores a list of packs, durably, under a new id, which it returns. */
    public String put(long leaseEpoch, List<String> data, List<String> tree) throws DoppelException {
        String id = SealedFolder.newId();
        folder.put(new ClearedList(id, leaseEpoch, data, tree));
        return id;
    }

    /** Deletes a list, which may be gone already. */
    public void delete(String id) throws DoppelException {
        folder.delete(id);
    }
}
