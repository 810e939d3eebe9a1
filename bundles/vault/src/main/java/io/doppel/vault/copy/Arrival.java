package io.doppel.vault.copy;

/** How it is proved, before a copied version is published, that what was sent has arrived. */
public enum Arrival {
    /** Each new pack is there in its full length. */
    LISTED,
    /** Also, each new pack's header, footer and checksum table and one of its records are read back and proved. */
    SAMPLE,
    /** All records of the new packs are read back and proved. */
    WHOLE
}
