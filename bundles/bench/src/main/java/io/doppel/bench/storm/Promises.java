package io.doppel.bench.storm;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What servers have said, in lines: {@code done ID CONTENT} for a version that was reported done, {@code removing ID…} when its removal was
 * asked for, {@code removed ID…} when that was reported done; other lines are of no meaning here. Safe for several threads.
 */
public final class Promises {
    private final Map<String, Integer> done = new TreeMap<>();
    private final Set<String> mayBeGone = new TreeSet<>();
    private final Set<String> gone = new TreeSet<>();

    /** Takes note of a line. */
    public synchronized void say(String line) {
        List<String> words = List.of(line.split(" "));
        List<String> rest = words.subList(1, words.size());
        switch (words.get(0)) {
            case "done" -> done.put(rest.get(0), Integer.valueOf(rest.get(1)));
            case "removing" -> mayBeGone.addAll(rest);
            case "removed" -> gone.addAll(rest);
            default -> {}
        }
    }

    /** What was reported done and not asked to be removed, with its contents. */
    public synchronized Map<String, Integer> kept() {
        Map<String, Integer> kept = new TreeMap<>(done);
        kept.keySet().removeAll(mayBeGone);
        return kept;
    }

    /** What was reported to be removed. */
    public synchronized Set<String> gone() {
        return Set.copyOf(gone);
    }

    /** Whether somebody asked to remove it. */
    public synchronized boolean mayBeGone(String id) {
        return mayBeGone.contains(id);
    }
}
