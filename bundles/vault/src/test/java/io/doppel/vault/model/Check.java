package io.doppel.vault.model;

/** The rules of docs/vault-format.md §10 and §12, each of which can be left out of the model. */
enum Check {
    /** After its lease is there, not before, a server looks for the newest head. */
    LOOK_AFTER_LEASE,
    /** Heads of lower epochs above the closing are void. */
    VOID_HEADS,
    /** Who goes on from an older head knows by all closings, not only the newest, which heads are void. */
    ALL_CLOSINGS,
    /** A server that finds a later lease publishes nothing: it may not know any more which of its heads counts. */
    LEASE_BEFORE_PUT,
    /** Only a head of the newest epoch, or the one that the newest closing names, is reported as published. */
    LEASE_AFTER_PUT,
    /** Which names of heads are taken is looked at before late heads of our own are looked for. */
    LIST_BEFORE_LATE_HEADS,
    /** Every head of ours of which nothing is known is remembered, not only the last. */
    ALL_LATE_HEADS,
    /** A lease is not released while a head of its holder may turn up. */
    RELEASE_WAITS,
    /** A session notes a pack before it looks whether the pack is hidden. */
    NOTE_FIRST,
    /** A session looks whether a pack that it found is hidden. */
    LOOK_WHETHER_HIDDEN,
    /** A collection hides the packs that it is to delete. */
    HIDE,
    /** A collection looks at the notes of the sessions after it hid packs. */
    LOOK_AT_NOTES,
    /** Versions that came since the collection was planned are walked after the hiding. */
    MARK_AFTER_HIDING,
    /** The head that clears packs follows a head all of whose versions were walked. */
    FOLLOW_WALKED,
    /** What is copied is there before its old packs are cleared. */
    COPY_BEFORE_CLEARING,
    /** What may have been cleared stays hidden. */
    STAY_HIDDEN_WHEN_UNSURE,
    /** What was hidden already when a collection began is not shown by it. */
    LEFTOVERS_STAY_HIDDEN,
    /** Whoever deletes what was left by others has looked, after its closing was put, that no later lease came before that. */
    LEASE_BEFORE_COLLECTION,
    /** Packs are deleted only if the head that cleared them counts. */
    DELETE_AFTER_COUNTED,
    /** Who opens the vault takes the packs on the head's cleared lists for not there. */
    CLEARED_ARE_GONE,
    /** Who opens the vault hides the packs on other cleared lists. */
    UNLISTED_ARE_HIDDEN,
    /** Who opens a vault that was not released learns of packs in no segment. */
    ADOPT_AFTER_UNCLEAN_END,
    /** So does who goes on from an older head because the newest cannot be read. */
    ADOPT_FROM_OLDER_HEAD,
    /** A version of which a session takes parts over is not removed. */
    IN_USE,
    /** A session finds out only after it said what it uses whether that is there. */
    USE_BEFORE_LOOK,
    /** A version that may have been removed does not come into use. */
    LEAVING_WHEN_UNSURE
}
