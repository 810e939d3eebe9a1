package io.doppel.vault.model;

import io.doppel.vault.model.State.Collection;
import io.doppel.vault.model.State.Lease;
import io.doppel.vault.model.State.Server;
import io.doppel.vault.model.State.Thing;
import io.doppel.vault.model.State.World;

/** How a server opens the vault, after a crash or by taking it over, and closes it. */
final class Opening {
    static final int CLOSED = 0;
    static final int PUT_LEASE = 1;
    static final int LOOK_AT_HEADS = 2;
    static final int LOOK_AT_LEASES = 3;
    static final int PUT_CLOSING = 4;
    static final int ADOPT = 6;
    static final int HIDE = 7;
    static final int LOOK_FOR_PACKS = 8;
    static final int OPEN = 9;
    static final int LIST_LEFTOVERS = 10;
    static final int LATE_HEADS = 11;
    static final int CHECK_LEASE = 12;
    static final int RELEASE = 13;
    /** Closed, but a collection that has begun to delete goes on. */
    static final int LEFT = 14;

    private final Rules rules;

    Opening(Rules rules) {
        this.rules = rules;
    }

    static boolean open(State s, int server) {
        return s.get(Server.STAGE, server) == OPEN;
    }

    /** Whether the server is open and would find no higher lease. */
    static boolean holds(State s, int server) {
        return open(s, server) && Rules.topLease(s) == s.get(Server.EPOCH, server);
    }

    void steps(State s, int server, Step.Sink steps) {
        if (s.is(World.OPENINGS, 0)) {
            steps.add(
                    "crashes or was closed, and opens the vault, if need be by taking it over",
                    start(s.copy(), server));
        }
        int stage = s.get(Server.STAGE, server);
        if (stage == CLOSED || stage == LEFT || stage == OPEN && !rules.bounds().releases()) {
            return;
        }
        State t = s.copy();
        switch (stage) {
            case PUT_LEASE -> putLease(t, server, steps);
            case LOOK_AT_HEADS -> {
                t.set(Server.LOOK, server, Rules.topHead(s)).set(Server.STAGE, server, LOOK_AT_LEASES);
                steps.add("lists the heads", t);
            }
            case LOOK_AT_LEASES -> lookAtLeases(t, server, steps);
            case PUT_CLOSING -> {
                int epoch = s.get(Server.EPOCH, server);
                t.set(Lease.CLOSING, epoch, s.get(Server.NEWEST, server) + 1);
                t.set(Lease.THROUGH, epoch, s.get(Server.LOOK, server)).set(Server.LOOK, server, 0);
                load(t, server);
                steps.add("puts its closing and loads the index", t);
            }
            case ADOPT -> {
                learn(t, server, Rules.packs(s));
                steps.add("learns of packs in no segment", t.set(Server.STAGE, server, HIDE));
            }
            case HIDE -> hide(t, server, steps);
            case LOOK_FOR_PACKS -> {
                t.drop(Server.KNOWN, server, ~Rules.packs(s));
                steps.add("looks which packs are there, and is open", t.set(Server.STAGE, server, OPEN));
            }
            case OPEN -> close(t, server, steps);
            case LATE_HEADS, CHECK_LEASE, RELEASE -> release(t, server, steps);
            default -> {}
        }
    }

    private State start(State t, int server) {
        boolean restart = s(t, server) != CLOSED;
        if (restart) {
            for (int w = 0; w < Bounds.WRITERS; w++) {
                if (Writers.on(t, w, server)) {
                    Writers.end(t, w);
                }
            }
            Remover.crash(t, server);
            t.clear(Collection.values(), server).clear(Server.values(), server);
        }
        t.set(World.OPENINGS, t.get(World.OPENINGS) - 1);
        return t.set(Server.STAGE, server, rules.on(Check.LOOK_AFTER_LEASE) ? PUT_LEASE : LOOK_AT_HEADS);
    }

    private static int s(State s, int server) {
        return s.get(Server.STAGE, server);
    }

    /** Looking which lease is the last and putting the next are one step, because the put fails if another came first. */
    private void putLease(State t, int server, Step.Sink steps) {
        int top = Rules.topLease(t);
        t.set(Server.UNCLEAN, server, t.is(Lease.RELEASE, top) ? 0 : 1);
        t.set(Lease.HOLDER, top + 1, server + 1).set(Server.EPOCH, server, top + 1);
        t.set(Server.STAGE, server, rules.on(Check.LOOK_AFTER_LEASE) ? LOOK_AT_HEADS : PUT_CLOSING);
        steps.add("puts lease " + (top + 1), t);
    }

    private void lookAtLeases(State t, int server, Step.Sink steps) {
        int newest = rules.newest(t, t.get(Server.LOOK, server), t.get(World.UNREADABLE));
        if (newest == 0) {
            newest = rules.newestReadable(t);
            t.set(Server.LOOK, server, Rules.topHead(t)).add(Server.UNCLEAN, server, 2);
        }
        int through = Math.max(t.get(Server.LOOK, server), t.get(Lease.THROUGH, Rules.topClosed(t)));
        t.set(Server.NEWEST, server, newest).set(Server.LOOK, server, through);
        t.set(Server.STAGE, server, rules.on(Check.LOOK_AFTER_LEASE) ? PUT_CLOSING : PUT_LEASE);
        steps.add("finds head " + newest + " to be the newest", t);
    }

    /** What a head names does not change, so that this takes no step of its own. */
    private void load(State t, int server) {
        int head = t.get(Thing.HEAD, t.get(Server.NEWEST, server));
        t.set(Server.KNOWN, server, Head.packs(head));
        if (rules.on(Check.CLEARED_ARE_GONE)) {
            t.set(Server.GONE, server, Rules.packsOn(t, Head.lists(head)));
        }
        int unclean = t.get(Server.UNCLEAN, server);
        boolean strays = rules.mayHaveStrays((unclean & 1) == 0, (unclean & 2) != 0);
        t.set(Server.UNCLEAN, server, 0).set(Server.STAGE, server, strays ? ADOPT : HIDE);
    }

    /** Learns of packs that it did not know. */
    static void learn(State t, int server, int packs) {
        int strays = packs & ~t.get(Server.KNOWN, server) & ~t.get(Server.GONE, server);
        t.add(Server.KNOWN, server, strays).add(Server.UNINDEXED, server, strays);
    }

    private void hide(State t, int server, Step.Sink steps) {
        int head = t.get(Thing.HEAD, t.get(Server.NEWEST, server));
        if (rules.on(Check.UNLISTED_ARE_HIDDEN)) {
            int packs = Rules.packsOn(t, ~Head.lists(head)) & t.get(Server.KNOWN, server);
            t.set(Server.HIDDEN, server, packs & ~t.get(Server.GONE, server));
        }
        steps.add(
                "hides what is on cleared lists that the head does not name",
                t.set(Server.STAGE, server, LOOK_FOR_PACKS));
    }

    private void close(State t, int server, Step.Sink steps) {
        if (t.is(Server.PUBLISH, server)) {
            return;
        }
        for (int w = 0; w < Bounds.WRITERS; w++) {
            if (Writers.on(t, w, server)) {
                if (Writers.storing(t, w)) {
                    // closing a session waits for its packs
                    return;
                }
                Writers.end(t, w);
            }
        }
        Remover.crash(t, server);
        t.set(Server.LEAVING, server, 0);
        if (t.is(Server.UNINDEXED, server)) {
            Publishing.request(t, server, Publishing.CLOSER, t.get(Server.UNINDEXED, server));
            t.set(Server.STAGE, server, LIST_LEFTOVERS);
        } else {
            t.set(Server.STAGE, server, LATE_HEADS);
        }
        steps.add("begins to close the vault", t);
    }

    private void release(State t, int server, Step.Sink steps) {
        switch (t.get(Server.STAGE, server)) {
            case LATE_HEADS -> {
                Publishing.adoptLate(t, server);
                boolean waits = rules.on(Check.RELEASE_WAITS) && t.is(Server.UNSURE_A, server);
                steps.add(
                        "looks for late heads of its own" + (waits ? " and keeps the lease" : ""),
                        t.set(Server.STAGE, server, waits ? LEFT : CHECK_LEASE));
            }
            case CHECK_LEASE -> {
                boolean lost = Rules.topLease(t) != t.get(Server.EPOCH, server);
                steps.add("looks at the leases", t.set(Server.STAGE, server, lost ? LEFT : RELEASE));
            }
            default -> {
                int newest = t.get(Server.NEWEST, server);
                t.set(Lease.RELEASE, t.get(Server.EPOCH, server), newest);
                steps.add("releases its lease with head " + newest, t.set(Server.STAGE, server, LEFT));
            }
        }
    }
}
