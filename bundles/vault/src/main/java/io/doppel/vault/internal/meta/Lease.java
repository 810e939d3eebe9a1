package io.doppel.vault.internal.meta;

import java.time.Instant;

/**
 * A lease: who may publish (docs/vault-format.md §10).
 *
 * @param epoch its epoch, from 1
 * @param installation the holder
 * @param server the holder's name for people
 * @param nonce 32 hex digits of this life of the holder
 * @param since when it was put, for people
 * @param life which server of the installation the holder is; empty for the first
 */
record Lease(long epoch, String installation, String server, String nonce, Instant since, String life) {
    /** Leases from before lives were told apart have none. */
    Lease {
        life = life == null ? "" : life;
    }

    /**
     * What the holder found: the end of all epochs before.
     *
     * @param epoch epoch of the lease
     * @param nonce its nonce
     * @param generation the newest head that counts, 0 if there is none
     * @param sha256 hex SHA-256 of that head's object; empty if there is none
     * @param through the highest generation whose name is taken; what lies between is void
     */
    record Closing(long epoch, String nonce, long generation, String sha256, long through) {
        static final Closing NONE = new Closing(0, "", 0, "", 0);
    }

    /**
     * That the holder ended in peace.
     *
     * @param epoch epoch of the lease
     * @param nonce its nonce
     * @param generation its last head
     * @param sha256 hex SHA-256 of that head's object; empty if there is none
     */
    record Release(long epoch, String nonce, long generation, String sha256) {}
}
