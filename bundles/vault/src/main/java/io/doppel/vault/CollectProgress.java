package io.doppel.vault;

/** Told how far a collection is; called by one thread at a time. */
@FunctionalInterface
public interface CollectProgress {
    /** What a collection does, in this order; copying and deleting may take turns. */
    enum Phase {
        /** Finds out what versions need; counted in versions. */
        MARK,
        /** Copies what is needed out of packs that are mostly unused; counted in bytes. */
        COPY,
        /** Deletes packs; counted in packs. */
        DELETE
    }

    /**
     * Figures.
     *
     * @param total how much there is to do in the phase
     * @param done how much is done
     */
    void progress(Phase phase, long total, long done);
}
