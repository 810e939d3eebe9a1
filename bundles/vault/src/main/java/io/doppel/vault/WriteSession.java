package io.doppel.vault;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.chunk.SegmentScanner;
import java.util.BitSet;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Stores one machine's disks. Opened by {@link Vault#begin()}; safe for several threads, each with its own {@link Lane}. What it stored
 * stays in the vault as packs even if it is closed without being published, and is reused by later sessions. Whoever goes on to use it
 * or its parts after it was closed gets {@link VaultError#CLOSED}.
 */
@ProviderType
public interface WriteSession extends AutoCloseable {
    /** Id of the session, under which {@link Vault#session} finds it. */
    String id();

    /** The vault's own id. */
    String vaultId();

    /**
     * A lane for one thread; closed by that thread, or by the session at the latest.
     *
     * @throws DoppelException {@link VaultError#CLOSED} if the session has ended
     */
    Lane lane() throws DoppelException;

    /**
     * Starts a disk.
     *
     * @param size its size in bytes
     * @param baseVersion version whose disk of that key is the base; its tree is used for what is not given
     * @throws DoppelException {@link VaultError#PACK_GONE} if nothing of the base can be taken over, see {@link Vault#noBaseReason}
     */
    DiskTree tree(String diskKey, long size, Optional<String> baseVersion) throws DoppelException;

    /** Closes all packs; returns when everything stored is durable. */
    void flush() throws DoppelException;

    /** Bytes of records written so far, compressed. */
    long storedBytes();

    /** Bytes of the chunks that were written so far, before compression: those that the vault did not have. */
    long newBytes();
    /** Numbers, as {@link VerifiedPacks} has them, of the packs that it wrote and that are durable; a copy. */
    BitSet writtenPacks();

    /**
     * Numbers of the packs that hold what it stored or found by now; a copy. What is taken over from a base unread is in other packs,
     * too.
     */
    BitSet usedPacks();

    /** Ends the session. Packs that were begun are finished if possible, so that what they hold can be reused. Never publishes. */
    @Override
    void close();

    /** Stores chunks for one thread. Holds about 1.5 MiB. */
    @ProviderType
    interface Lane extends AutoCloseable {
        /**
         * Stores a chunk unless the vault has it.
         *
         * @return its id, 32 bytes
         */
        byte[] store(byte[] buffer, int from, int length) throws DoppelException;

        /** Bytes of records that this lane wrote so far. */
        long storedBytes();

        /** A scanner under the vault's rule, for this thread. */
        SegmentScanner scanner();

        /** Frees buffers and hands the lane's open pack to the session. */
        @Override
        void close();
    }
}
