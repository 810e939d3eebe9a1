package io.doppel.vault.model;

import io.doppel.vault.model.State.Lease;
import io.doppel.vault.model.State.Server;
import io.doppel.vault.model.State.Thing;
import io.doppel.vault.model.State.World;
import java.util.Set;

/** What docs/vault-format.md §10 and §12 say of a state; the checks of {@code off} are left out. */
record Rules(Bounds bounds, Set<Check> off) {
    private static final int HELD = 3;
    private static final int DELETED = 4;

    boolean on(Check check) {
        return !off.contains(check);
    }

    /** The first state: the first server is open, with one version, one of whose pack's contents nothing needs. */
    State start() {
        State s = new State();
        s.set(World.OPENINGS, bounds.openings());
        s.set(World.UNSURE, bounds.unsure());
        s.set(World.DAMAGE, bounds.damage());
        s.set(World.REMOVALS, bounds.removals());
        s.set(World.DONE, Bounds.OLD);
        s.set(World.SEEN, Bounds.OLD);
        s.set(Lease.HOLDER, 1, 1).set(Lease.CLOSING, 1, 1);
        s.set(Thing.HEAD, 1, Head.of(1, Bounds.OLD, 0, 1));
        s.set(Thing.PACK, 0, Bounds.FIRST | Bounds.OTHER);
        s.set(Server.STAGE, 0, Opening.OPEN).set(Server.EPOCH, 0, 1).set(Server.NEWEST, 0, 1);
        return s.set(Server.KNOWN, 0, 1);
    }

    static int topLease(State s) {
        int top = Bounds.EPOCHS;
        while (!s.is(Lease.HOLDER, top)) {
            top--;
        }
        return top;
    }

    static int topClosed(State s) {
        int top = Bounds.EPOCHS;
        while (!s.is(Lease.CLOSING, top)) {
            top--;
        }
        return top;
    }

    static int topHead(State s) {
        int top = Bounds.GENERATIONS;
        while (!s.is(Thing.HEAD, top)) {
            top--;
        }
        return top;
    }

    /** No later lease can make void what counts now. */
    static boolean settled(State s) {
        return topLease(s) == topClosed(s);
    }

    /** The newest valid head's generation, among those up to {@code seen}; 0 if it cannot be told because of the unreadable one. */
    int newest(State s, int seen, int unreadable) {
        int epoch = topClosed(s);
        int named = s.is(Lease.RELEASE, epoch) ? s.get(Lease.RELEASE, epoch) : s.get(Lease.CLOSING, epoch) - 1;
        if (!s.is(Lease.RELEASE, epoch) || !on(Check.VOID_HEADS)) {
            for (int g = seen; g > s.get(Lease.THROUGH, epoch); g--) {
                if (g == unreadable) {
                    return 0;
                }
                if (Head.epoch(s.get(Thing.HEAD, g)) == epoch || !on(Check.VOID_HEADS)) {
                    return g;
                }
            }
        }
        return named == unreadable ? 0 : named;
    }

    /** The newest valid head if nothing were unreadable. */
    int trueNewest(State s) {
        return newest(s, topHead(s), -1);
    }

    /** The newest head that can be read and is not known to be void. */
    int newestReadable(State s) {
        for (int g = topHead(s); g > 0; g--) {
            if (g != s.get(World.UNREADABLE) && !isVoid(s, g)) {
                return g;
            }
        }
        throw new IllegalStateException("the first head is always there");
    }

    private boolean isVoid(State s, int generation) {
        int top = topClosed(s);
        int first = on(Check.ALL_CLOSINGS) ? Head.epoch(s.get(Thing.HEAD, generation)) + 1 : top;
        for (int epoch = first; epoch <= top; epoch++) {
            boolean later = Head.epoch(s.get(Thing.HEAD, generation)) < epoch && s.is(Lease.CLOSING, epoch);
            if (later && generation > s.get(Lease.CLOSING, epoch) - 1) {
                return true;
            }
        }
        return false;
    }

    /** Whether who opens now has to look for packs in no segment. */
    boolean mayHaveStrays(boolean released, boolean older) {
        return !released && on(Check.ADOPT_AFTER_UNCLEAN_END) || older && on(Check.ADOPT_FROM_OLDER_HEAD);
    }

    /** The packs on lists that are there. */
    static int packsOn(State s, int lists) {
        int packs = 0;
        for (int l = 0; l < Bounds.MAX_COLLECTIONS; l++) {
            packs |= (lists >> l & 1) * s.get(Thing.LIST, l);
        }
        return packs;
    }

    /** What a pack holds, 0 if it is not there. */
    static int content(State s, int pack) {
        int cell = s.get(Thing.PACK, pack);
        return (cell & DELETED) != 0 ? 0 : cell;
    }

    /** What an index that knows the pack says of it. */
    static int indexed(State s, int pack) {
        return s.get(Thing.PACK, pack) & HELD;
    }

    static void delete(State s, int pack) {
        s.add(Thing.PACK, pack, DELETED);
    }

    /** The packs that are there. */
    static int packs(State s) {
        int packs = 0;
        for (int p = 0; p < Bounds.PACKS; p++) {
            if (content(s, p) != 0) {
                packs |= 1 << p;
            }
        }
        return packs;
    }

    /** What is in these packs. */
    static int contents(State s, int packs) {
        int contents = 0;
        for (int p = 0; p < Bounds.PACKS; p++) {
            if ((packs >> p & 1) != 0) {
                contents |= content(s, p);
            }
        }
        return contents;
    }

    /** What these versions need. */
    int needed(int versions) {
        int needed = 0;
        for (int v = 0; v <= Bounds.WRITERS; v++) {
            if ((versions >> v & 1) != 0) {
                needed |= bounds.needed(v);
            }
        }
        return needed;
    }
}
