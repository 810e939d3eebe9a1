package io.doppel.vault.model;

/** A head in one number, never 0. Two of one generation that say the same are one here, though the real ones name other segments. */
final class Head {
    private static final int VERSIONS_AT = 3;
    private static final int LISTS_AT = 6;
    private static final int PACKS_AT = 8;
    private static final int BITS = PACKS_AT + Bounds.PACKS;

    private Head() {}

    static int of(int epoch, int versions, int lists, int packs) {
        return epoch | versions << VERSIONS_AT | lists << LISTS_AT | packs << PACKS_AT;
    }

    static int epoch(int head) {
        return head & 7;
    }

    /** The versions that it lists. */
    static int versions(int head) {
        return head >> VERSIONS_AT & 7;
    }

    /** The cleared lists that it names. */
    static int lists(int head) {
        return head >> LISTS_AT & 3;
    }

    /** The packs of which its segments tell. */
    static int packs(int head) {
        return head >> PACKS_AT;
    }

    /** A head with its generation in one number, for a head that is not known to be there. */
    static int late(int generation, int head) {
        return generation << BITS | head;
    }

    static int generation(int late) {
        return late >> BITS;
    }

    static int head(int late) {
        return late & (1 << BITS) - 1;
    }
}
