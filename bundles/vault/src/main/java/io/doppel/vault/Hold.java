package io.doppel.vault;

/** Keeps a version from being removed until it is closed, by whatever server (docs/vault-format.md §13). */
public interface Hold extends AutoCloseable {
    /** Its id in the vault. */
    String id();

    /**
     * Ends the hold. If the storage fails meanwhile, it ends before this installation next removes a version or opens the vault. A
     * second time does nothing.
     */
    @Override
    void close();
}
