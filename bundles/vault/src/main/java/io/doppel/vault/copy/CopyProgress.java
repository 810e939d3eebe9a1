package io.doppel.vault.copy;

/** Told how far a copy is, by one thread at a time. */
@FunctionalInterface
public interface CopyProgress {
    /** What is being done. */
    enum Phase {
        /** Finding out what the target lacks; in bytes of the version's data. */
        SURVEY,
        /** Sending it; in bytes of records. */
        SEND,
        /** Proving that it has arrived; in bytes of packs. */
        PROVE
    }

    /** So many bytes of the total are done. */
    void progress(Phase phase, long total, long done);
}
