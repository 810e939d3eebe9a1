package io.doppel.vault.model;

import io.doppel.vault.model.State.Server;
import io.doppel.vault.model.State.Thing;
import io.doppel.vault.model.State.World;
import io.doppel.vault.model.State.Writer;

/**
 * What sessions do. They do not look for lost packs before they publish, as the real ones do: that guards against others than collections,
 * and would hide here what collections do wrong.
 */
final class Writers {
    private static final int IDLE = 0;
    private static final int USE = 1;
    private static final int IS_LISTED = 2;
    private static final int LOOK_UP = 3;
    private static final int NOTE = 4;
    private static final int LOOK_WHETHER_HIDDEN = 5;
    private static final int PUT = 6;
    private static final int ADD_TO_INDEX = 7;
    private static final int NOTE_OWN = 8;
    private static final int IS_OWN_HIDDEN = 9;
    private static final int READY = 10;
    private static final int PUBLISH = 11;
    private static final int CLOSE = 12;
    private static final int ENDED = 13;

    private final Rules rules;

    Writers(Rules rules) {
        this.rules = rules;
    }

    /** Whether the writer has a session on the server. */
    static boolean on(State s, int writer, int server) {
        int stage = s.get(Writer.STAGE, writer);
        return stage != IDLE && stage != ENDED && s.get(Writer.SERVER, writer) == server;
    }

    /** Whether its pack may be in the storage, but not yet in the index. */
    static boolean storing(State s, int writer) {
        return s.get(Writer.STAGE, writer) == ADD_TO_INDEX;
    }

    /** The packs that the sessions of a server said they need. */
    static int notes(State s, int server) {
        int notes = 0;
        for (int w = 0; w < Bounds.WRITERS; w++) {
            notes |= on(s, w, server) ? s.get(Writer.NOTES, w) : 0;
        }
        return notes;
    }

    /** The packs that the sessions of a server are putting. */
    static int writing(State s, int server) {
        int packs = 0;
        for (int w = 0; w < Bounds.WRITERS; w++) {
            packs |= on(s, w, server) && storing(s, w) ? ownPack(w) : 0;
        }
        return packs;
    }

    private static int ownPack(int writer) {
        return 2 << writer;
    }

    static State end(State t, int writer) {
        t.clear(Writer.values(), writer);
        return t.set(Writer.STAGE, writer, ENDED);
    }

    static void published(State t, int writer, Publishing.Outcome outcome) {
        if (outcome == Publishing.Outcome.COUNTS) {
            t.set(World.DONE, t.get(World.DONE) | Bounds.version(writer));
        }
        t.set(Writer.STAGE, writer, CLOSE);
    }

    private boolean takesOver(int writer) {
        return writer == 1 && rules.bounds().second() == Bounds.Second.TAKES_OVER;
    }

    private boolean exists(int writer) {
        return writer == 0 ? rules.bounds().finder() != 0 : rules.bounds().second() != Bounds.Second.NONE;
    }

    void steps(State s, int writer, Step.Sink steps) {
        int stage = s.get(Writer.STAGE, writer);
        if (stage == PUBLISH || stage == ENDED) {
            return;
        }
        int server = s.get(Writer.SERVER, writer);
        State t = s.copy();
        switch (stage) {
            case IDLE -> {
                for (int k = 0; exists(writer) && k < Bounds.SERVERS; k++) {
                    if (Opening.holds(s, k)) {
                        begin(s.copy(), writer, k, steps);
                    }
                }
            }
            case USE -> use(t, writer, server, steps);
            case IS_LISTED -> isListed(t, writer, server, steps);
            case LOOK_UP -> lookUp(s, writer, server, steps);
            case NOTE, LOOK_WHETHER_HIDDEN -> found(t, writer, server, steps);
            case PUT -> {
                t.set(Thing.PACK, 1 + writer, s.get(Writer.STORE, writer)).set(Writer.STORE, writer, 0);
                steps.add("puts a pack", t.set(Writer.STAGE, writer, ADD_TO_INDEX));
            }
            case ADD_TO_INDEX -> {
                Opening.learn(t, server, ownPack(writer));
                steps.add("adds its pack to the index", t.set(Writer.STAGE, writer, NOTE_OWN));
            }
            case NOTE_OWN -> {
                t.add(Writer.NOTES, writer, ownPack(writer));
                steps.add("notes its pack", t.set(Writer.STAGE, writer, IS_OWN_HIDDEN));
            }
            case IS_OWN_HIDDEN -> {
                boolean hidden = isHidden(s, server, ownPack(writer));
                steps.add(
                        "looks whether its pack is hidden: " + (hidden ? "yes" : "no"),
                        t.set(Writer.STAGE, writer, hidden ? CLOSE : READY));
            }
            case READY -> {
                if (Opening.open(s, server) && !s.is(Server.PUBLISH, server)) {
                    Publishing.request(t, server, writer, s.get(Server.UNINDEXED, server));
                    steps.add("begins to publish its version", t.set(Writer.STAGE, writer, PUBLISH));
                }
            }
            case CLOSE -> steps.add("ends its session", end(t, writer));
            default -> {}
        }
    }

    private void begin(State t, int writer, int server, Step.Sink steps) {
        t.set(Writer.SERVER, writer, server)
                .set(Writer.NEED, writer, rules.bounds().needed(1 + writer));
        if (takesOver(writer)) {
            t.set(Writer.NEED, writer, 0);
            t.set(Writer.STAGE, writer, rules.on(Check.USE_BEFORE_LOOK) ? USE : IS_LISTED);
        } else {
            t.set(Writer.STAGE, writer, LOOK_UP);
        }
        steps.add("begins a session on server " + (server == 0 ? "A" : "B"), t);
    }

    private void use(State t, int writer, int server, Step.Sink steps) {
        if (t.is(Server.LEAVING, server)) {
            steps.add("may not use the old version, which is being removed", t.set(Writer.STAGE, writer, CLOSE));
        } else {
            t.set(Writer.USES, writer, 1);
            t.set(Writer.STAGE, writer, rules.on(Check.USE_BEFORE_LOOK) ? IS_LISTED : READY);
            steps.add("says that it uses the old version", t);
        }
    }

    /** Whether a session of the server uses the old version. */
    static boolean usesOld(State s, int server) {
        return on(s, 1, server) && s.is(Writer.USES, 1);
    }

    private void isListed(State t, int writer, int server, Step.Sink steps) {
        boolean listed = (Head.versions(t.get(Thing.HEAD, t.get(Server.NEWEST, server))) & Bounds.OLD) != 0;
        int next = rules.on(Check.USE_BEFORE_LOOK) ? READY : USE;
        steps.add(
                "looks whether the old version is listed: " + (listed ? "yes" : "no"),
                t.set(Writer.STAGE, writer, listed ? next : CLOSE));
    }

    private void lookUp(State s, int writer, int server, Step.Sink steps) {
        int content = Integer.lowestOneBit(s.get(Writer.NEED, writer));
        boolean found = false;
        for (int p = 0; p < Bounds.PACKS; p++) {
            boolean known = (s.get(Server.KNOWN, server) >> p & 1) != 0;
            if (known && !isHidden(s, server, 1 << p) && (Rules.indexed(s, p) & content) != 0) {
                State t = s.copy().set(Writer.PACK, writer, p + 1);
                int next = rules.on(Check.NOTE_FIRST) ? NOTE : LOOK_WHETHER_HIDDEN;
                steps.add("finds content " + content + " in pack " + p, t.set(Writer.STAGE, writer, next));
                found = true;
            }
        }
        if (!found) {
            State t = s.copy().add(Writer.STORE, writer, content);
            steps.add("does not find content " + content, lookedUp(t, writer));
        }
    }

    private static State lookedUp(State t, int writer) {
        int need = t.get(Writer.NEED, writer);
        t.drop(Writer.NEED, writer, Integer.lowestOneBit(need)).set(Writer.PACK, writer, 0);
        int done = t.is(Writer.STORE, writer) ? PUT : READY;
        return t.set(Writer.STAGE, writer, t.is(Writer.NEED, writer) ? LOOK_UP : done);
    }

    private void found(State t, int writer, int server, Step.Sink steps) {
        int pack = t.get(Writer.PACK, writer) - 1;
        boolean note = t.get(Writer.STAGE, writer) == NOTE;
        boolean last = note != rules.on(Check.NOTE_FIRST);
        if (note) {
            t.add(Writer.NOTES, writer, 1 << pack);
        } else if (rules.on(Check.LOOK_WHETHER_HIDDEN) && isHidden(t, server, 1 << pack)) {
            t.set(Writer.PACK, writer, 0).set(Writer.STAGE, writer, LOOK_UP);
            steps.add("sees that pack " + pack + " is hidden", t);
            return;
        }
        if (last) {
            lookedUp(t, writer);
        } else {
            t.set(Writer.STAGE, writer, note ? LOOK_WHETHER_HIDDEN : NOTE);
        }
        steps.add(note ? "notes pack " + pack : "sees that pack " + pack + " is not hidden", t);
    }

    private static boolean isHidden(State s, int server, int pack) {
        return ((s.get(Server.HIDDEN, server) | s.get(Server.GONE, server)) & pack) != 0;
    }
}
