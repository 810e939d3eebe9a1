package io.doppel.vault.model;

import io.doppel.vault.model.State.Collection;
import io.doppel.vault.model.State.Lease;
import io.doppel.vault.model.State.Server;
import io.doppel.vault.model.State.Thing;
import io.doppel.vault.model.State.World;

/** How the holder of a lease publishes a head; one publication at a time on each server. */
final class Publishing {
    /** For whom, besides the writers 0 and 1. */
    static final int REMOVER = 2;

    static final int COLLECTOR = 3;
    static final int CLOSER = 4;

    private static final int PUT_LIST = 1;
    private static final int LIST_HEADS = 2;
    private static final int LATE_HEADS = 3;
    private static final int CHECK_LEASE = 4;
    private static final int PUT = 5;
    private static final int LOOK_FOR_IT = 6;
    private static final int CHECK_AGAIN = 7;

    /** How a publication ends. */
    enum Outcome {
        COUNTS,
        LOST,
        UNSURE,
        MOVED_ON
    }

    private final Rules rules;

    Publishing(Rules rules) {
        this.rules = rules;
    }

    /** Begins a publication, with a segment of these packs. */
    static void request(State t, int server, int who, int segment) {
        t.set(Server.FOR, server, who).set(Server.SEGMENT, server, segment);
        t.set(Server.PUBLISH, server, who == COLLECTOR ? PUT_LIST : LIST_HEADS);
    }

    void steps(State s, int server, Step.Sink steps) {
        if (!s.is(Server.PUBLISH, server)) {
            return;
        }
        State t = s.copy();
        switch (s.get(Server.PUBLISH, server)) {
            case PUT_LIST -> {
                t.set(Thing.LIST, s.get(Collection.RUN, server), s.get(Collection.PACKS, server));
                steps.add("puts the cleared list", t.set(Server.PUBLISH, server, first()));
            }
            case LIST_HEADS -> {
                t.set(Server.GENERATION, server, Rules.topHead(s) + 1);
                boolean late = rules.on(Check.LIST_BEFORE_LATE_HEADS) && s.is(Server.UNSURE_A, server);
                t.set(Server.PUBLISH, server, late ? LATE_HEADS : CHECK_LEASE);
                steps.add("lists the heads to publish the next", t);
            }
            case LATE_HEADS -> {
                adoptLate(t, server);
                boolean listed = rules.on(Check.LIST_BEFORE_LATE_HEADS);
                t.set(Server.PUBLISH, server, listed ? CHECK_LEASE : LIST_HEADS);
                steps.add("looks for late heads of its own", t);
            }
            case CHECK_LEASE -> checkLease(t, server, steps);
            case PUT -> put(t, server, steps);
            case LOOK_FOR_IT -> lookForIt(t, server, steps);
            case CHECK_AGAIN -> checkAgain(t, server, steps);
            default -> {}
        }
    }

    private int first() {
        return rules.on(Check.LIST_BEFORE_LATE_HEADS) ? LIST_HEADS : LATE_HEADS;
    }

    /** Finds out about heads of its own of which nothing was known; one that is there is the newest. */
    static void adoptLate(State t, int server) {
        int late = t.get(Server.UNSURE_A, server);
        int generation = Head.generation(late);
        if (late == 0 || !t.is(Thing.HEAD, generation)) {
            return;
        }
        int there = Head.late(generation, t.get(Thing.HEAD, generation));
        boolean ours = there == late || there == t.get(Server.UNSURE_B, server);
        if (ours && generation != t.get(World.UNREADABLE)) {
            t.set(Server.NEWEST, server, generation);
        }
        t.set(Server.UNSURE_A, server, 0).set(Server.UNSURE_B, server, 0);
    }

    private void checkLease(State t, int server, Step.Sink steps) {
        boolean lost = t.is(Server.LOST, server) || Rules.topLease(t) > t.get(Server.EPOCH, server);
        if (lost && rules.on(Check.LEASE_BEFORE_PUT)) {
            t.set(Server.LOST, server, 1);
            steps.add("finds a later lease and does not publish", end(t, server, Outcome.LOST));
            return;
        }
        int base = t.get(Thing.HEAD, t.get(Server.NEWEST, server));
        int who = t.get(Server.FOR, server);
        if (who == COLLECTOR
                && rules.on(Check.FOLLOW_WALKED)
                && (Head.versions(base) & ~t.get(Collection.WALKED, server)) != 0) {
            steps.add("finds that a version came in between", end(t, server, Outcome.MOVED_ON));
            return;
        }
        int versions = Head.versions(base);
        int lists = Head.lists(base);
        if (who < Bounds.WRITERS) {
            versions |= Bounds.version(who);
        } else if (who == REMOVER) {
            versions &= ~Bounds.OLD;
            t.add(World.REMOVED, 0, Bounds.OLD);
        } else if (who == COLLECTOR) {
            lists |= 1 << t.get(Collection.RUN, server);
        }
        int packs = Head.packs(base) | t.get(Server.SEGMENT, server);
        t.set(Server.HEAD, server, Head.of(t.get(Server.EPOCH, server), versions, lists, packs));
        steps.add(lost ? "publishes beside a later lease" : "finds no later lease", t.set(Server.PUBLISH, server, PUT));
    }

    private void put(State t, int server, Step.Sink steps) {
        int generation = t.get(Server.GENERATION, server);
        int head = t.get(Server.HEAD, server);
        if (t.is(Thing.HEAD, generation)) {
            steps.add("finds generation " + generation + " taken", t.set(Server.PUBLISH, server, first()));
            return;
        }
        if (t.is(World.UNSURE, 0)) {
            State u = t.copy();
            int slot = t.get(World.UNSURE) - 1;
            int late = Head.late(generation, head);
            u.set(World.UNSURE, slot).set(Thing.LATE, slot, late);
            if (rules.on(Check.ALL_LATE_HEADS)) {
                u.set(Server.UNSURE_B, server, u.get(Server.UNSURE_A, server));
            }
            u.set(Server.UNSURE_A, server, late).set(Server.PUBLISH, server, LOOK_FOR_IT);
            steps.add("puts head " + generation + ", of which the storage says neither yes nor no", u);
        }
        putHead(t, generation, head);
        t.add(Server.OURS, server, 1 << generation);
        if (rules.on(Check.LEASE_AFTER_PUT)) {
            steps.add("puts head " + generation, t.set(Server.PUBLISH, server, CHECK_AGAIN));
        } else {
            steps.add("puts head " + generation + " and reports it", counts(t, server));
        }
    }

    private static void putHead(State t, int generation, int head) {
        t.set(Thing.HEAD, generation, head);
        for (int slot = 0; slot < Bounds.UNSURE; slot++) {
            if (Head.generation(t.get(Thing.LATE, slot)) == generation) {
                t.set(Thing.LATE, slot, 0);
            }
        }
    }

    private void lookForIt(State t, int server, Step.Sink steps) {
        int generation = t.get(Server.GENERATION, server);
        boolean there = t.get(Thing.HEAD, generation) == t.get(Server.HEAD, server);
        if (t.is(Thing.HEAD, generation)) {
            adoptLate(t, server);
        }
        if (there && !t.is(Server.AGAIN, server)) {
            t.set(Server.AGAIN, server, 1).add(Server.OURS, server, 1 << generation);
            steps.add("finds the head there and says the same again", t.set(Server.PUBLISH, server, first()));
        } else {
            steps.add("does not know whether the head is there", end(t, server, Outcome.UNSURE));
        }
    }

    private void checkAgain(State t, int server, Step.Sink steps) {
        int top = Rules.topLease(t);
        boolean named =
                Rules.topClosed(t) == top && (t.get(Server.OURS, server) >> t.get(Lease.CLOSING, top) - 1 & 1) != 0;
        boolean later = top > t.get(Server.EPOCH, server);
        if (later) {
            t.set(Server.LOST, server, 1);
        }
        if (later && !named) {
            steps.add("finds a later lease, whose closing does not name the head", end(t, server, Outcome.LOST));
        } else {
            steps.add("finds that the head counts", counts(t, server));
        }
    }

    private State counts(State t, int server) {
        t.set(Server.NEWEST, server, t.get(Server.GENERATION, server));
        t.set(Server.UNSURE_A, server, 0).set(Server.UNSURE_B, server, 0);
        t.drop(Server.UNINDEXED, server, t.get(Server.SEGMENT, server));
        return end(t, server, Outcome.COUNTS);
    }

    private State end(State t, int server, Outcome outcome) {
        int who = t.get(Server.FOR, server);
        t.set(Server.FOR, server, 0).set(Server.PUBLISH, server, 0);
        t.set(Server.GENERATION, server, 0).set(Server.HEAD, server, 0);
        t.set(Server.OURS, server, 0).set(Server.AGAIN, server, 0).set(Server.SEGMENT, server, 0);
        switch (who) {
            case REMOVER -> Remover.published(rules, t, server, outcome);
            case COLLECTOR -> Collecting.published(rules, t, server, outcome);
            case CLOSER -> t.set(Server.STAGE, server, outcome == Outcome.COUNTS ? Opening.LATE_HEADS : Opening.LEFT);
            default -> Writers.published(t, who, outcome);
        }
        return t;
    }

    /** Heads that were on their way turn up. */
    static void lateSteps(State s, Step.Sink steps) {
        for (int slot = 0; slot < Bounds.UNSURE; slot++) {
            int late = s.get(Thing.LATE, slot);
            if (late != 0) {
                State t = s.copy();
                putHead(t, Head.generation(late), Head.head(late));
                steps.add("head " + Head.generation(late) + " turns up late", t);
            }
        }
    }
}
