package io.doppel.vault;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import java.time.Instant;
import java.util.List;

/**
 * What servers put into a vault so that they can be made again from it (docs/vault-format.md §16). The vault keeps bytes; what they
 * mean is between servers. Safe for several threads; one copy is written at a time.
 */
public interface RecoveryCopies {
    /** Most bytes of a part. */
    int MOST_PART = 16 << 20;

    /**
     * A copy in the vault.
     *
     * @param id its name below {@code recovery/}; the text of newer ones is greater
     * @param installation who put it
     * @param server the same for people
     * @param made when, by that server's clock
     * @param about what the server says of it
     * @param bytes size of its content, before compression
     * @param problem why it cannot be read; empty if it can, and then the rest is not known
     */
    record Found(
            String id, String installation, String server, Instant made, String about, long bytes, String problem) {}

    /** A copy that is being written. */
    interface Draft extends AutoCloseable {
        /**
         * Adds a part; it is stored only if the copies of this day and opening have none of the same content.
         *
         * @param content at most {@link #MOST_PART}; the caller's again on return
         * @throws DoppelException {@link StorageError#FULL} and the storage's other failures
         */
        void part(byte[] content) throws DoppelException;

        /**
         * Makes the copy count, then deletes those that are too old.
         *
         * @param about text for whoever reads it, at most a few KiB
         * @throws DoppelException {@link VaultError#LEASE_LOST}; the storage's failures
         */
        Written commit(String about) throws DoppelException;

        /** Gives the copy up unless it was committed. */
        @Override
        void close();
    }

    /**
     * A copy that was put.
     *
     * @param id its id
     * @param bytes size of its content
     * @param storedBytes of it, what had to be stored anew
     */
    record Written(String id, long bytes, long storedBytes) {}

    /** Takes the parts of a copy, in order. */
    @FunctionalInterface
    interface Reader {
        /** A part; the array is cleared afterwards. */
        void part(byte[] content) throws DoppelException;
    }

    /**
     * Begins a copy.
     *
     * @param made now, by the clock of this server
     * @throws DoppelException {@link VaultError#READ_ONLY}; {@link VaultError#LEASE_LOST}; the storage's failures
     */
    Draft begin(Instant made) throws DoppelException;

    /** The copies in the vault, the newest first, readable or not. */
    List<Found> all() throws DoppelException;

    /**
     * Reads a copy.
     *
     * @throws DoppelException {@link VaultError#NO_COPY}; {@link VaultError#DAMAGED_OBJECT} or {@link VaultError#MISSING_OBJECT} if any of it
     *     is not what was written: then nothing that was read may be used; the storage's failures; what the reader throws
     */
    void read(String id, Reader reader) throws DoppelException;
}
