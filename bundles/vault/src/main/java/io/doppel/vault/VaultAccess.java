package io.doppel.vault;

/** How a vault is opened. */
public enum VaultAccess {
    /** As its only server; refuses if another holds it, or if something is wrong with its newest state. */
    ATTACH,
    /** As its only server, taking it over from any other, and accepting the newest state that can be read. */
    TAKE_OVER,
    /** Beside its server; writes nothing to the vault. */
    READ_ONLY
}
