package io.doppel.vault.model;

/**
 * How much of everything there is; all that is explored is explored wholly within these. Fixed are two servers, two writers, one
 * removal, one version and one pack to begin with. The pack holds two contents: the first version needs one of them, and nothing
 * the other. What lies outside of any bounds: three servers; a server that prunes heads, of which the last eight stay; more than
 * one collection at a time on one server, which the code refuses.
 *
 * @param openings openings after the first server's first. Two leave out a third take-over.
 * @param unsure head puts of which the storage says neither yes nor no. Other objects' names are random or belong to one epoch, so a put
 *     of them that failed is as good as one that never was.
 * @param damage newest heads that become unreadable. More leave nothing to hold on to: what only they told of is lost.
 * @param collections collections. Each takes all that is not wholly needed, or any one pack of that.
 * @param removals 1 if the first version may be removed, 0 if not
 * @param releases whether servers may end in peace
 * @param finder contents that the first writer looks up and stores if they are not there, a bit mask of 2 bits; 0 for no such
 *     writer. One suffices for everything but a session that first finds and then stores.
 * @param second what the second writer does
 */
record Bounds(
        int openings,
        int unsure,
        int damage,
        int collections,
        int removals,
        boolean releases,
        int finder,
        Second second) {
    /** The second writer. */
    enum Second {
        NONE,
        /** Takes the first version's content over without reading it. */
        TAKES_OVER,
        /** Looks up the content that the first version does not need, as the first writer may. */
        FINDS
    }

    static final int SERVERS = 2;
    static final int WRITERS = 2;
    /** Contents, one bit each in masks. */
    static final int FIRST = 1;

    static final int OTHER = 2;
    /** Versions, one bit each in masks: the one that is there, and one of each writer. A retry is a new version. */
    static final int OLD = 1;

    static final int MAX_COLLECTIONS = 2;
    /** One pack to begin with, one of each writer, two of each collection: a copy, and another of what turned up late. */
    static final int PACKS = 1 + WRITERS + 2 * MAX_COLLECTIONS;
    /** The first epoch is 1. */
    static final int EPOCHS = 4;
    /** Generations; more are never reached, and if they were, the exploration would fail. */
    static final int GENERATIONS = 14;

    static final int UNSURE = 2;

    int needed(int version) {
        return switch (version) {
            case 0 -> FIRST;
            case 1 -> finder;
            default -> second == Second.FINDS ? OTHER : FIRST;
        };
    }

    static int version(int writer) {
        return 2 << writer;
    }

    static int copyPack(int run, int round) {
        return 1 + WRITERS + 2 * run + round;
    }
}
