package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultError;
import io.doppel.vault.internal.meta.SealedObject.Kind;
import java.util.Collection;
import java.util.List;

/** The objects under {@code removals/}: versions that are about to be removed (docs/vault-format.md §13). Safe for several threads. */
public final class Removals {
    private static final String FOLDER = "removals";

    private final SealedFolder<Removal> folder;
    private final Leases leases;

    Removals(SealedStore store, Leases leases) {
        this.folder = new SealedFolder<>(store, FOLDER, Kind.REMOVAL, Removal.class, Removal::id);
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
        return folder.stored();
    }

    Removal read(String id) throws DoppelException {
        return folder.read(id);
    }

    /** Says, durably, that versions are about to be removed; gives the id of what says so. */
    public String announce(long leaseEpoch, Collection<String> versions) throws DoppelException {
        String id = SealedFolder.newId();
        folder.put(new Removal(id, leaseEpoch, List.copyOf(versions)));
        return id;
    }

    /** It is decided whether they are removed. */
    public void delete(String id) throws DoppelException {
        folder.delete(id);
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
