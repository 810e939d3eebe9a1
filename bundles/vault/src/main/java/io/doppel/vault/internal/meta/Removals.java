package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultError;
import io.doppel.vault.internal.meta.SealedObject.Kind;
import java.util.Collection;
import java.util.List;

/** The objects under {@code removals/}: versions that are about to be removed (docs/vault-format.md §13). Safe for several threads. */
public final class Removals {
    private static final String FOLDER = "removals";

    private final SealedStore store;
    private final Leases leases;

    Removals(SealedStore store, Leases leases) {
        this.store = store;
        this.leases = leases;
    }

    /**
     * A removal.
     *
     * @param id 32 hex digits
     * @param leaseEpoch lease under which it was announced
     * @param versions ids of the versions
     */
    record Removal(String id, long leaseEpoch, List<String> versions) {
        Removal {
            versions = List.copyOf(versions);
        }
    }

    static String name(String id) {
        return FOLDER + "/" + id;
    }

    List<String> stored() throws DoppelException {
        return store.io().list(FOLDER).stream()
                .filter(n -> n.matches("[0-9a-f]{32}"))
                .toList();
    }

    Removal read(String id) throws DoppelException {
        Removal removal = store.read(Kind.REMOVAL, name(id), Removal.class).value();
        if (!id.equals(removal.id())) {
            throw Problems.damaged(name(id), "it is removal " + removal.id());
        }
        return removal;
    }

    /** Says, durably, that versions are about to be removed; gives the id of what says so. */
    public String announce(long leaseEpoch, Collection<String> versions) throws DoppelException {
        String id = Digests.randomHex(32);
        store.put(Kind.REMOVAL, name(id), new Removal(id, leaseEpoch, List.copyOf(versions)));
        return id;
    }

    /** It is decided whether they are removed. */
    public void delete(String id) throws DoppelException {
        store.io().delete(name(id));
    }

    /** For the holder of the lease, behind its closing: deletes what earlier holders announced; the closing has decided that. */
    public void sweep() throws DoppelException {
        for (String id : stored()) {
            delete(id);
        }
    }

    /**
     * Whether a version may be about to be removed by who holds the lease.
     *
     * @throws DoppelException {@code DAMAGED_OBJECT} if one of the removals cannot be read, so that this cannot be told; the storage's
     *     failures
     */
    public boolean concern(String version) throws DoppelException {
        for (String id : stored()) {
            Removal removal;
            try {
                removal = read(id);
            } catch (DoppelException e) {
                if (e.is(VaultError.MISSING_OBJECT)) {
                    continue;
                }
                throw e;
            }
            // looked at after the removal: whether that was decided then, a look at the heads that follows tells
            if (removal.versions().contains(version)
                    && removal.leaseEpoch() >= leases.table().topClosed()) {
                return true;
            }
        }
        return false;
    }
}
