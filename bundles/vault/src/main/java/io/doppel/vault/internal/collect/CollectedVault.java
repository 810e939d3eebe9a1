package io.doppel.vault.internal.collect;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.internal.meta.Reserve;
import io.doppel.vault.internal.pack.PackInfo;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.Set;

/** What a collection needs of the vault that is open. */
public interface CollectedVault {
    /** Ids of the versions that the newest head lists. */
    List<String> versionIds();

    /** A version. */
    VersionManifest version(String id) throws DoppelException;

    /** Numbers of the packs that sessions which are open now have stored or found content in. */
    BitSet packsOfSessions();

    /** Numbers of the packs of sessions that published no version and began their last pack after that time. */
    BitSet packsUnpublishedSince(Instant oldest);

    /** Has the index learn of packs in the storage that no segment and no session tells of; these may then be put in a segment. */
    void adoptStrays() throws DoppelException;

    /** The packs in the storage that were cleared. Changes nothing. */
    List<ObjectInfo> undeleted() throws DoppelException;

    /** Does something for which the target may be too full; then it is tried again with the room that the vault's reserve gives up. */
    void withRoom(Reserve.Step step) throws DoppelException;

    /** Has heads no longer name lists of packs that were cleared; for when there is none of these left. */
    void forgetDone() throws DoppelException;

    /** Takes a new pack, which is durable. Safe for several threads. */
    void packStored(PackInfo info) throws DoppelException;

    /**
     * Publishes that these packs may be deleted.
     *
     * @param walked the versions whose needs are known
     * @throws DoppelException {@link io.doppel.vault.VaultError#MOVED_ON} if the newest head lists others, and nothing was published
     *     then; whatever else is thrown, it may turn out to be published later
     */
    void publishCleared(Set<Integer> packs, Set<String> walked) throws DoppelException;
}
