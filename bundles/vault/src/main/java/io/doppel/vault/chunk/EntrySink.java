package io.doppel.vault.chunk;

import io.doppel.api.error.DoppelException;

/** Takes the entries of a segment in ascending order. */
public interface EntrySink {
    /**
     * A chunk; the buffer is used again after return.
     *
     * @param offset where it is on the disk
     * @return whether to go on; false ends the scan behind this entry
     */
    boolean chunk(long offset, byte[] buffer, int from, int length) throws DoppelException;

    /** A hole; adjacent holes are told as one. Returns as {@link #chunk}. */
    boolean hole(long offset, long length) throws DoppelException;
}
