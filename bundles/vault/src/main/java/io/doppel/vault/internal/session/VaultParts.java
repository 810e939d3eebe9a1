package io.doppel.vault.internal.session;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.Storage;
import io.doppel.vault.internal.collect.VersionUse;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.meta.KeyRing;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.tree.NodeSource;

/**
 * What a session needs of an open vault.
 *
 * @param vaultId the vault's id
 * @param storage its storage
 * @param keys its keys
 * @param index its index
 * @param codec codec byte for new records
 * @param nodes reads its nodes
 * @param bases tells whether parts of earlier versions may be taken over
 * @param versionUse which versions are in use
 * @param packBegun told of every pack before anything of it is stored
 * @param packStored told of every pack once it is durable; gives its number in the index
 */
public record VaultParts(
        String vaultId,
        Storage storage,
        KeyRing keys,
        ChunkIndex index,
        byte codec,
        NodeSource nodes,
        BaseCheck bases,
        VersionUse versionUse,
        PackBegun packBegun,
        PackStored packStored) {
    /** Told of packs and of the sessions that begin them. */
    @FunctionalInterface
    public interface PackBegun {
        /** The session of that id begins a pack. */
        void begun(String session, String pack);
    }

    /** Told of packs. */
    @FunctionalInterface
    public interface PackStored {
        /** A pack is durable; returns its number in the index. */
        int stored(PackInfo pack) throws DoppelException;
    }
}
