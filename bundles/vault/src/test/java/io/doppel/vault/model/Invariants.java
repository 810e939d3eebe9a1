package io.doppel.vault.model;

import io.doppel.vault.model.State.Server;
import io.doppel.vault.model.State.Thing;
import io.doppel.vault.model.State.World;
import java.util.Optional;

/** What has to hold in every state. */
final class Invariants {
    /** What can go wrong. */
    enum Violation {
        /** A version that was reported as stored is not listed, though nobody removed it. */
        DONE_IS_NOT_LISTED,
        /** A version that everybody could see, and that could not become void any more, is not listed any more. */
        SEEN_IS_NOT_LISTED,
        /** Who opens the vault now does not find all that a listed version needs. */
        NOT_WHOLE_FOR_OPENING,
        /** The holder of the lease does not find all that a version needs which it lists. */
        NOT_WHOLE_FOR_HOLDER,
        /** A pack was deleted that is on no list of a head that counted. */
        WRONGLY_DELETED
    }

    private final Rules rules;

    Invariants(Rules rules) {
        this.rules = rules;
    }

    /** Keeps what a state shows that has to hold ever after. */
    void observe(State s) {
        if (Rules.settled(s)) {
            int head = s.get(Thing.HEAD, rules.trueNewest(s));
            s.set(World.SEEN, s.get(World.SEEN) | Head.versions(head));
            s.set(World.COUNTED, s.get(World.COUNTED) | Head.lists(head));
        }
    }

    Optional<Violation> check(State s) {
        int newest = rules.newest(s, Rules.topHead(s), s.get(World.UNREADABLE));
        boolean older = newest == 0;
        if (older) {
            newest = rules.newestReadable(s);
        }
        int head = s.get(Thing.HEAD, newest);
        // what only an unreadable head told of is lost
        int gone = s.is(World.UNREADABLE, 0) ? ~0 : s.get(World.REMOVED) | Head.versions(head);
        if (s.is(World.WRONGLY_DELETED, 0)) {
            return Optional.of(Violation.WRONGLY_DELETED);
        }
        if ((s.get(World.DONE) & ~gone) != 0) {
            return Optional.of(Violation.DONE_IS_NOT_LISTED);
        }
        if ((s.get(World.SEEN) & ~gone) != 0) {
            return Optional.of(Violation.SEEN_IS_NOT_LISTED);
        }
        boolean released = s.is(State.Lease.RELEASE, Rules.topLease(s));
        int known = Head.packs(head) | (rules.mayHaveStrays(released, older) ? ~0 : 0);
        if (misses(s, head, known & ~Rules.packsOn(s, Head.lists(head)))) {
            return Optional.of(Violation.NOT_WHOLE_FOR_OPENING);
        }
        for (int k = 0; k < Bounds.SERVERS; k++) {
            int own = s.get(Thing.HEAD, s.get(Server.NEWEST, k));
            if (Opening.holds(s, k) && misses(s, own, s.get(Server.KNOWN, k) & ~s.get(Server.GONE, k))) {
                return Optional.of(Violation.NOT_WHOLE_FOR_HOLDER);
            }
        }
        return Optional.empty();
    }

    private boolean misses(State s, int head, int packs) {
        return (rules.needed(Head.versions(head)) & ~Rules.contents(s, packs)) != 0;
    }
}
