package io.doppel.vault;

/** Told how far a collection is; called by one thread at a time. */
@FunctionalInterface
public interface CollectProgress {
    /** What a collection does, in this order; copying and deleting may take turns. */
    enum Phase {
        /** Finds out what versions need; counted in bytes of their data. */
        MARK,
        /** Copies what is needed out of packs that are partly unused. */
        COPY,
        /** Deletes packs. */
        DELETE
    }

    /**
     * Figures.
     *
     * @param total bytes there are to deal with in the phase, as known by now
     * @param done bytes dealt with
     */
    void progress(Phase phase, long total, long done);
}
