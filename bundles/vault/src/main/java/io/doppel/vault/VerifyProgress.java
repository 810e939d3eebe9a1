package io.doppel.vault;

/** Told how far a verification is; called from several threads. */
@FunctionalInterface
public interface VerifyProgress {
    /**
     * Figures.
     *
     * @param total bytes to check
     * @param done bytes checked
     */
    void progress(long total, long done);
}
