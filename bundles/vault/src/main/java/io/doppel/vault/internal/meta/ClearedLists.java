package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.internal.meta.SealedObject.Kind;
import java.util.HexFormat;
import java.util.List;

/** The objects under {@code cleared/}. Safe for several threads. */
public final class ClearedLists {
    private static final String FOLDER = "cleared";

    private final SealedStore store;

    ClearedLists(SealedStore store) {
        this.store = store;
    }

    private static String name(String id) {
        return FOLDER + "/" + id;
    }

    /** Ids of the lists in the storage, named by a head or not. */
    public List<String> stored() throws DoppelException {
        return store.io().list(FOLDER).stream()
                .filter(n -> n.matches("[0-9a-f]{32}"))
                .toList();
    }

    /** Reads a list. */
    public ClearedList get(String id) throws DoppelException {
        ClearedList list = store.read(Kind.CLEARED, name(id), ClearedList.class).value();
        if (!id.equals(list.id())) {
            throw Problems.damaged(name(id), "it is list " + list.id());
        }
        return list;
    }

    /** Stores a list of packs, durably, under a new id, which it returns. */
    public String put(long leaseEpoch, List<String> data, List<String> tree) throws DoppelException {
        String id = HexFormat.of().formatHex(Digests.random(16));
        store.put(Kind.CLEARED, name(id), new ClearedList(id, leaseEpoch, data, tree));
        return id;
    }

    /** Deletes a list, which may be gone already. */
    public void delete(String id) throws DoppelException {
        store.io().delete(name(id));
    }
}
