package io.doppel.vault.internal.index;

import io.doppel.api.error.DoppelException;

/** Takes the entries of an index segment in order. */
@FunctionalInterface
interface EntrySink {
    /** An entry; its id is the 32 bytes from {@code at}, valid during the call. */
    void entry(byte[] id, int at, IndexEntry entry) throws DoppelException;
}
