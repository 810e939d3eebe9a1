package io.doppel.api.vault;

/** Somebody who watches a vault being added or changed. */
@FunctionalInterface
public interface VaultProgress {
    /** Nobody watches. */
    VaultProgress NONE = (step, done, total) -> {};

    /**
     * Something is being done. Called on any thread, one call after the other.
     *
     * @param step what, for people; the same text as long as it goes on
     * @param done how much of it is done, in whatever unit; 0 at first
     * @param total how much it is; 0 if that is not known
     */
    void step(String step, long done, long total);
}
