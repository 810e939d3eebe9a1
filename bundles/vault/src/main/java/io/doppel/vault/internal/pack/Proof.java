package io.doppel.vault.internal.pack;

/** What a record must prove before its content is given out. */
public enum Proof {
    /**
     * That it was sealed in this vault as the record of its id: the cipher's tag covers the ciphertext and, as additional data, the
     * id. Nobody without the vault's keys can make such a record.
     */
    TAG,
    /** That its content also has the id when that is computed again, so that not even the writer can have been wrong. */
    ID
}
