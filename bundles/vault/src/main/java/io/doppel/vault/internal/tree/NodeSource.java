package io.doppel.vault.internal.tree;

import io.doppel.api.error.DoppelException;

/** Gives the bytes of nodes by id. Safe for several threads. */
@FunctionalInterface
public interface NodeSource {
    /** The node's bytes, checked. */
    byte[] node(byte[] id) throws DoppelException;
}
