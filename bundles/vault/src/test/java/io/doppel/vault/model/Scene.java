package io.doppel.vault.model;

import io.doppel.vault.model.Bounds.Second;

/** Bounds that are small enough to visit every state within minutes, and together hold what may meet. */
enum Scene {
    /** A take-over, or a crash, beside a removal, a collection and both kinds of writers, on either server. */
    TAKE_OVER(new Bounds(1, 0, 0, 1, 1, false, Bounds.OTHER, Second.TAKES_OVER)),
    /** The same beside two writers that want what the collection takes away. */
    TWO_FINDERS(new Bounds(1, 0, 0, 1, 0, false, Bounds.OTHER, Second.FINDS)),
    /** Leases alone: three epochs, releases, a head that may turn up late. */
    LEASES(new Bounds(2, 1, 0, 0, 1, true, 0, Second.FINDS)),
    /** One server on which two heads may turn up late, and two collections. */
    LATE_HEADS(new Bounds(0, 2, 0, 2, 1, true, Bounds.OTHER, Second.NONE)),
    /** A removal that may turn up late beside a writer that takes the removed version's content over. */
    LATE_REMOVAL(new Bounds(0, 1, 0, 2, 1, true, 0, Second.TAKES_OVER)),
    /** A head that may turn up late beside a take-over and a collection. */
    LATE_TAKE_OVER(new Bounds(1, 1, 0, 1, 0, true, Bounds.OTHER, Second.NONE)),
    /** The newest head becomes unreadable, at any time, beside three epochs and a collection. */
    UNREADABLE_HEAD(new Bounds(2, 0, 1, 1, 0, false, Bounds.OTHER, Second.NONE)),
    /** The same where a server may have ended in peace. */
    UNREADABLE_HEAD_AFTER_RELEASE(new Bounds(1, 0, 1, 1, 0, true, Bounds.OTHER, Second.NONE)),
    /** The same with two collections, one of which may be of a server that was taken over. */
    UNREADABLE_HEAD_TWO_COLLECTIONS(new Bounds(1, 0, 1, 2, 0, false, Bounds.OTHER, Second.NONE)),
    /** Three epochs and two collections, the later of which deletes what the earlier left. */
    LEFT_PACKS(new Bounds(2, 0, 0, 2, 0, false, 0, Second.NONE)),
    /** A writer that finds some content and stores other. */
    FINDS_AND_STORES(new Bounds(1, 0, 0, 1, 0, true, Bounds.FIRST | Bounds.OTHER, Second.NONE));

    private final Bounds bounds;

    Scene(Bounds bounds) {
        this.bounds = bounds;
    }

    Bounds bounds() {
        return bounds;
    }
}
