package io.doppel.vault.internal.tree;

import io.doppel.api.error.DoppelException;

/** Stores nodes. Safe for several threads. */
@FunctionalInterface
public interface NodeStore {
    /** In how many packs each node is. */
    int COPIES = 2;

    /** Stores the bytes unless they are stored already; returns their id. */
    byte[] store(byte[] bytes) throws DoppelException;
}
