package io.doppel.vault.internal.hold;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultError;
import io.doppel.vault.internal.collect.VersionUse;
import io.doppel.vault.internal.meta.HeadChange;
import io.doppel.vault.internal.meta.VaultMeta;
import io.doppel.vault.internal.session.VaultPacks;
import java.util.Collection;

/** Takes versions off the list of a vault that is open for writing (docs/vault-format.md §13). Safe for several threads. */
public final class VersionRemoval {
    private final VaultMeta meta;
    private final VaultPacks packs;
    private final OpenHolds holds;
    private final VersionUse use;

    /** For an open vault. */
    public VersionRemoval(VaultMeta meta, VaultPacks packs, OpenHolds holds, VersionUse use) {
        this.meta = meta;
        this.packs = packs;
        this.holds = holds;
        this.use = use;
    }

    /**
     * Removes versions, all of them or none.
     *
     * @param ids versions that the head lists
     * @throws DoppelException {@link VaultError#IN_USE}; {@link VaultError#ON_HOLD}; {@link VaultError#UNREADABLE_HOLD}; {@link
     *     VaultError#LEASE_LOST}; the storage's failures, after which it may turn out that they are removed all the same
     */
    public void remove(Collection<String> ids) throws DoppelException {
        use.leave(ids);
        boolean decided = true;
        try {
            String announced = meta.reserve().withRoom(() -> holds.announce(ids));
            decided = false;
            publish(ids, announced);
            decided = true;
        } catch (DoppelException e) {
            decided |= e.is(StorageError.FULL) || e.is(VaultError.LEASE_LOST);
            throw e;
        } finally {
            // as long as the removal may yet turn out to have happened, nothing may begin to rely on these versions
            if (decided) {
                use.decided(ids);
            }
        }
        meta.deleteVersions(ids);
    }

    private void publish(Collection<String> ids, String announced) throws DoppelException {
        try {
            meta.reserve().withRoom(() -> packs.publish(HeadChange.removing(ids)));
            holds.decided(announced);
        } catch (DoppelException e) {
            // after all else, also when the lease is lost, the removal may yet turn out to have happened
            if (e.is(StorageError.FULL)) {
                holds.decided(announced);
            }
            throw e;
        }
    }
}
