package io.doppel.vault.internal.tree;

import io.doppel.api.error.DoppelException;

/** Stores nodes. Safe for several threads. */
@FunctionalInterface
public interface NodeStore {
    /** Stores the bytes unless they are stored already; returns their id. */
    byte[] store(byte[] bytes) throws DoppelException;
}
