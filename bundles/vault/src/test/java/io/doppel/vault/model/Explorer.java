package io.doppel.vault.model;

import io.doppel.vault.model.Invariants.Violation;
import io.doppel.vault.model.State.World;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Visits every state that can be reached, those that are fewer steps away first. */
final class Explorer {
    private final Rules rules;
    private final Opening opening;
    private final Publishing publishing;
    private final Writers writers;
    private final Collecting collecting;
    private final Invariants invariants;
    private final Seen seen = new Seen();

    Explorer(Bounds bounds, Set<Check> off) {
        this.rules = new Rules(bounds, off);
        this.opening = new Opening(rules);
        this.publishing = new Publishing(rules);
        this.writers = new Writers(rules);
        this.collecting = new Collecting(rules);
        this.invariants = new Invariants(rules);
    }

    /**
     * What was found.
     *
     * @param states states that were visited
     * @param violation what is wrong in the last of them, if anything is
     * @param trace the shortest way to it
     */
    record Result(int states, Optional<Violation> violation, List<String> trace) {}

    Result explore() {
        List<State> level = List.of(rules.start());
        seen.add(level.get(0).fingerprint(), -1);
        int first = 0;
        while (!level.isEmpty()) {
            List<State> next = new ArrayList<>();
            for (int i = 0; i < level.size(); i++) {
                int parent = first + i;
                Violation[] found = {null};
                steps(level.get(i), (what, after) -> {
                    invariants.observe(after);
                    if (found[0] == null && seen.add(after.fingerprint(), parent)) {
                        next.add(after);
                        found[0] = invariants.check(after).orElse(null);
                    }
                });
                if (found[0] != null) {
                    return new Result(seen.size(), Optional.of(found[0]), trace(seen.size() - 1));
                }
            }
            first += level.size();
            level = next;
        }
        return new Result(seen.size(), Optional.empty(), List.of());
    }

    private void steps(State s, Step.Sink sink) {
        for (int k = 0; k < Bounds.SERVERS; k++) {
            String name = k == 0 ? "A" : "B";
            opening.steps(s, k, (what, after) -> sink.add("server " + name + " " + what, after));
            publishing.steps(s, k, (what, after) -> sink.add("server " + name + " " + what, after));
            collecting.steps(s, k, (what, after) -> sink.add("collection on " + name + " " + what, after));
        }
        for (int w = 0; w < Bounds.WRITERS; w++) {
            String name = "writer " + (w + 1) + " ";
            writers.steps(s, w, (what, after) -> sink.add(name + what, after));
        }
        Remover.steps(rules, s, (what, after) -> sink.add("removal " + what, after));
        Publishing.lateSteps(s, sink);
        damage(s, sink);
    }

    private void damage(State s, Step.Sink sink) {
        int newest = rules.trueNewest(s);
        if (s.is(World.DAMAGE, 0) && newest > 1) {
            State t = s.copy().set(World.DAMAGE, 0).set(World.UNREADABLE, newest);
            sink.add("head " + newest + " becomes unreadable", t);
        }
    }

    /** The steps to a state: the states on the way are known by their fingerprints, and each is found among those after the one before. */
    private List<String> trace(int last) {
        List<Long> way = new ArrayList<>();
        for (int i = last; i > 0; i = seen.parent(i)) {
            way.add(seen.fingerprint(i));
        }
        Collections.reverse(way);
        List<String> trace = new ArrayList<>();
        State[] at = {rules.start()};
        for (long print : way) {
            State[] next = {null};
            steps(at[0], (what, after) -> {
                invariants.observe(after);
                if (next[0] == null && after.fingerprint() == print) {
                    next[0] = after;
                    trace.add(what);
                }
            });
            at[0] = next[0];
        }
        return trace;
    }
}
