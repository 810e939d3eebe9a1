package io.doppel.api.recovery;

/** Somebody who watches a recovery. */
@FunctionalInterface
public interface RecoveryProgress {
    /**
     * Something is being done.
     *
     * @param step what, for people; the same text as long as it goes on
     * @param done how much of it is done, in whatever unit; 0 at first
     * @param total how much it is; 0 if that is not known
     */
    void step(String step, long done, long total);
}
