package io.doppel.vault.model;

import io.doppel.vault.model.State.Collection;
import io.doppel.vault.model.State.Server;
import io.doppel.vault.model.State.Thing;
import io.doppel.vault.model.State.World;

/** A collection on a server, which ends with a crash or with the last pack deleted. */
final class Collecting {
    private static final int IDLE = 0;
    private static final int DELETE_LEFT = 1;
    private static final int PLAN = 2;
    private static final int HIDE = 3;
    private static final int LOOK_AT_NOTES = 4;
    private static final int MARK = 5;
    private static final int COPY = 6;
    private static final int ADD_COPY_TO_INDEX = 7;
    private static final int READY = 8;
    private static final int PUBLISH = 9;
    private static final int LATE_COPY = 10;
    private static final int DELETE = 11;
    private static final int WITHDRAW = 12;
    private static final int ADOPT = 13;

    private final Rules rules;

    Collecting(Rules rules) {
        this.rules = rules;
    }

    void steps(State s, int server, Step.Sink steps) {
        int stage = s.get(Collection.STAGE, server);
        boolean mayBegin = s.get(World.RUNS) < rules.bounds().collections() && Opening.open(s, server);
        if (stage == PUBLISH || stage == IDLE && !mayBegin) {
            return;
        }
        State t = s.copy();
        switch (stage) {
            case IDLE -> {
                if (!rules.on(Check.LEASE_BEFORE_COLLECTION) || Opening.holds(s, server)) {
                    begin(t, server);
                    steps.add("begins", t);
                }
            }
            case ADOPT -> adopt(t, server, steps);
            case DELETE_LEFT, DELETE -> delete(t, server, steps);
            case PLAN -> plan(s, server, steps);
            case HIDE -> {
                int packs = s.get(Collection.PACKS, server);
                t.set(Collection.LEFTOVERS, server, packs & s.get(Server.HIDDEN, server));
                if (rules.on(Check.HIDE)) {
                    t.add(Server.HIDDEN, server, packs);
                }
                t.set(Collection.STAGE, server, rules.on(Check.LOOK_AT_NOTES) ? LOOK_AT_NOTES : MARK);
                steps.add("hides packs " + Trace.packs(packs), t);
            }
            case LOOK_AT_NOTES -> lookAtNotes(t, server, steps);
            case MARK -> mark(t, server, steps);
            case COPY -> copy(t, server, steps);
            case ADD_COPY_TO_INDEX -> {
                Opening.learn(t, server, 1 << copyPack(s, server));
                steps.add("adds the copy to the index", t.set(Collection.STAGE, server, READY));
            }
            case READY -> ready(t, server, steps);
            case LATE_COPY -> {
                putCopy(t, server, live(s, server, s.get(Collection.DELETE, server)));
                steps.add("only now puts the copy", t.set(Collection.STAGE, server, DELETE));
            }
            case WITHDRAW -> withdraw(t, server, steps);
            default -> {}
        }
    }

    private static State end(State t, int server) {
        return t.clear(Collection.values(), server);
    }

    private static void begin(State t, int server) {
        t.set(Collection.RUN, server, t.get(World.RUNS)).set(World.RUNS, t.get(World.RUNS) + 1);
        t.set(Collection.STAGE, server, ADOPT);
    }

    /** Learns of packs that nothing tells of, but of those that sessions are about to add. */
    private static void adopt(State t, int server, Step.Sink steps) {
        Opening.learn(t, server, Rules.packs(t) & ~Writers.writing(t, server));
        int left = t.get(Server.GONE, server) & Rules.packs(t);
        t.set(Collection.DELETE, server, left).set(Collection.STAGE, server, left == 0 ? PLAN : DELETE_LEFT);
        steps.add("learns of packs in no segment", t);
    }

    private void plan(State s, int server, Step.Sink steps) {
        int versions = Head.versions(s.get(Thing.HEAD, s.get(Server.NEWEST, server)));
        int visible = s.get(Server.KNOWN, server) & ~s.get(Server.GONE, server) & ~Writers.notes(s, server);
        int sparse = 0;
        for (int p = 0; p < Bounds.PACKS; p++) {
            int others = Rules.contents(s, visible & ~(1 << p));
            boolean unused = (Rules.content(s, p) & (~rules.needed(versions) | others)) != 0;
            if ((visible >> p & 1) != 0 && unused) {
                sparse |= 1 << p;
            }
        }
        if (sparse == 0) {
            steps.add("finds nothing to collect", end(s.copy(), server));
        }
        for (int p = 0; p < Bounds.PACKS; p++) {
            if ((sparse >> p & 1) != 0 && sparse != 1 << p) {
                planned(s.copy(), server, versions, 1 << p, steps);
            }
        }
        if (sparse != 0) {
            planned(s.copy(), server, versions, sparse, steps);
        }
    }

    private static void planned(State t, int server, int versions, int packs, Step.Sink steps) {
        t.set(Collection.MARKED, server, versions).set(Collection.WALKED, server, versions);
        t.set(Collection.PACKS, server, packs).set(Collection.STAGE, server, HIDE);
        steps.add("walks the versions and chooses packs " + Trace.packs(packs), t);
    }

    private void lookAtNotes(State t, int server, Step.Sink steps) {
        int packs = t.get(Collection.PACKS, server);
        int kept = packs & Writers.notes(t, server);
        int shown = rules.on(Check.LEFTOVERS_STAY_HIDDEN) ? kept & ~t.get(Collection.LEFTOVERS, server) : kept;
        t.drop(Server.HIDDEN, server, shown).drop(Collection.PACKS, server, kept);
        String what = "looks at the notes" + (kept == 0 ? "" : " and keeps packs " + Trace.packs(kept));
        steps.add(what, kept == packs ? end(t, server) : t.set(Collection.STAGE, server, MARK));
    }

    private void mark(State t, int server, Step.Sink steps) {
        int versions = Head.versions(t.get(Thing.HEAD, t.get(Server.NEWEST, server)));
        t.add(Collection.WALKED, server, versions);
        if (rules.on(Check.MARK_AFTER_HIDING)) {
            t.add(Collection.MARKED, server, versions);
        }
        steps.add("walks versions that came since", t.set(Collection.STAGE, server, COPY));
    }

    /** What is needed in these packs and nowhere else. */
    private int live(State s, int server, int packs) {
        int others = s.get(Server.KNOWN, server) & ~s.get(Server.HIDDEN, server) & ~s.get(Server.GONE, server) & ~packs;
        int needed = rules.needed(s.get(Collection.MARKED, server));
        return Rules.contents(s, packs) & needed & ~Rules.contents(s, others);
    }

    private static int copyPack(State s, int server) {
        return Bounds.copyPack(s.get(Collection.RUN, server), s.get(Collection.ROUND, server));
    }

    private static void putCopy(State t, int server, int contents) {
        t.set(Thing.PACK, copyPack(t, server), contents);
    }

    private void copy(State t, int server, Step.Sink steps) {
        int live = live(t, server, t.get(Collection.PACKS, server));
        if (live == 0) {
            steps.add("finds nothing to copy", t.set(Collection.STAGE, server, READY));
            return;
        }
        if (rules.on(Check.COPY_BEFORE_CLEARING)) {
            putCopy(t, server, live);
        }
        steps.add("copies what is needed", t.set(Collection.STAGE, server, ADD_COPY_TO_INDEX));
    }

    private void ready(State t, int server, Step.Sink steps) {
        if (!Opening.open(t, server)) {
            steps.add("finds the vault closed", end(t, server));
        } else if (!t.is(Server.PUBLISH, server)) {
            int segment = t.get(Server.UNINDEXED, server) & ~t.get(Collection.PACKS, server);
            Publishing.request(t, server, Publishing.COLLECTOR, segment);
            steps.add("begins to clear the packs", t.set(Collection.STAGE, server, PUBLISH));
        }
    }

    static void published(Rules rules, State t, int server, Publishing.Outcome outcome) {
        int packs = t.get(Collection.PACKS, server);
        if (outcome == Publishing.Outcome.MOVED_ON) {
            t.set(Collection.STAGE, server, WITHDRAW);
        } else if (outcome == Publishing.Outcome.COUNTS || !rules.on(Check.DELETE_AFTER_COUNTED)) {
            t.drop(Server.HIDDEN, server, packs).add(Server.GONE, server, packs);
            t.drop(Server.UNINDEXED, server, packs);
            t.set(Collection.DELETE, server, packs).set(Collection.PACKS, server, 0);
            t.set(Collection.STAGE, server, rules.on(Check.COPY_BEFORE_CLEARING) ? DELETE : LATE_COPY);
        } else {
            if (!rules.on(Check.STAY_HIDDEN_WHEN_UNSURE)) {
                t.drop(Server.HIDDEN, server, packs & ~t.get(Collection.LEFTOVERS, server));
            }
            end(t, server);
        }
    }

    /** A version came in between; the second time, the collection gives up. */
    private void withdraw(State t, int server, Step.Sink steps) {
        t.set(Thing.LIST, t.get(Collection.RUN, server), 0);
        if (t.is(Collection.ROUND, server)) {
            int packs = t.get(Collection.PACKS, server);
            t.drop(Server.HIDDEN, server, packs & ~t.get(Collection.LEFTOVERS, server));
            steps.add("deletes its list and gives up", end(t, server));
        } else {
            t.set(Collection.ROUND, server, 1);
            steps.add("deletes its list", t.set(Collection.STAGE, server, MARK));
        }
    }

    private void delete(State t, int server, Step.Sink steps) {
        int packs = t.get(Collection.DELETE, server);
        int pack = Integer.numberOfTrailingZeros(packs);
        Rules.delete(t, pack);
        if ((Rules.packsOn(t, t.get(World.COUNTED)) >> pack & 1) == 0) {
            t.add(World.WRONGLY_DELETED, 0, 1 << pack);
        }
        t.drop(Collection.DELETE, server, 1 << pack);
        if (!t.is(Collection.DELETE, server)) {
            if (t.get(Collection.STAGE, server) == DELETE_LEFT) {
                t.set(Collection.STAGE, server, PLAN);
            } else {
                end(t, server);
            }
        }
        steps.add("deletes pack " + pack, t);
    }
}
