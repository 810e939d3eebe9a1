package io.doppel.vault.internal.session;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.internal.pack.RecordInfo;

/** Stores chunks for one thread that come as records of another vault. Holds about 1.5 MiB. */
public interface RecordLane extends AutoCloseable {
    /**
     * Stores a chunk as it was compressed, unless the vault has it.
     *
     * @param record its id, codec and raw length, which the caller has proved
     * @param body plaintext after compression, from the start of the buffer on
     * @return whether it was stored
     */
    boolean store(RecordInfo record, byte[] body, int length) throws DoppelException;

    /** Stores a chunk unless the vault has it; its id. */
    byte[] store(byte[] buffer, int from, int length) throws DoppelException;

    @Override
    void close();
}
