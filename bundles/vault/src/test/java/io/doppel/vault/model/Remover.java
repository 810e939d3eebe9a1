package io.doppel.vault.model;

import io.doppel.vault.model.State.Server;
import io.doppel.vault.model.State.Thing;
import io.doppel.vault.model.State.World;

/** Removes the version that is there from the beginning. */
final class Remover {
    private static final int STAGE = 0;
    private static final int SERVER = 1;

    private static final int IDLE = 0;
    private static final int LEAVE = 1;
    private static final int READY = 2;
    private static final int PUBLISH = 3;

    private Remover() {}

    /** What was under way on a server ends. */
    static void crash(State t, int server) {
        if (t.get(Thing.REMOVER, STAGE) != IDLE && t.get(Thing.REMOVER, SERVER) == server) {
            end(t);
        }
    }

    private static State end(State t) {
        return t.set(Thing.REMOVER, STAGE, IDLE).set(Thing.REMOVER, SERVER, 0);
    }

    static void published(Rules rules, State t, int server, Publishing.Outcome outcome) {
        if (outcome != Publishing.Outcome.UNSURE || !rules.on(Check.LEAVING_WHEN_UNSURE)) {
            t.set(Server.LEAVING, server, 0);
        }
        end(t);
    }

    static void steps(Rules rules, State s, Step.Sink steps) {
        int stage = s.get(Thing.REMOVER, STAGE);
        if (stage == PUBLISH || stage == IDLE && !s.is(World.REMOVALS, 0)) {
            return;
        }
        int server = s.get(Thing.REMOVER, SERVER);
        State t = s.copy();
        switch (stage) {
            case IDLE -> {
                for (int k = 0; k < Bounds.SERVERS; k++) {
                    boolean listed = (Head.versions(s.get(Thing.HEAD, s.get(Server.NEWEST, k))) & Bounds.OLD) != 0;
                    if (Opening.open(s, k) && listed) {
                        State u = s.copy().set(World.REMOVALS, 0);
                        u.set(Thing.REMOVER, STAGE, LEAVE).set(Thing.REMOVER, SERVER, k);
                        steps.add("on server " + (k == 0 ? "A" : "B") + " finds the old version listed", u);
                    }
                }
            }
            case LEAVE -> {
                if (rules.on(Check.IN_USE) && Writers.usesOld(s, server)) {
                    steps.add("finds the old version in use", end(t));
                } else {
                    t.set(Server.LEAVING, server, 1);
                    steps.add("lets nobody use the old version", t.set(Thing.REMOVER, STAGE, READY));
                }
            }
            case READY -> {
                if (!Opening.open(s, server)) {
                    steps.add("finds the vault closed", end(t));
                } else if (!s.is(Server.PUBLISH, server)) {
                    Publishing.request(t, server, Publishing.REMOVER, 0);
                    steps.add("begins to publish the removal", t.set(Thing.REMOVER, STAGE, PUBLISH));
                }
            }
            default -> {}
        }
    }
}
