package io.doppel.vault.internal.verify;

import java.util.ArrayList;
import java.util.List;

/** Places on a disk that cannot be read, of which the first twenty are named and the others only counted. */
final class Places {
    private static final int MOST_NAMED = 20;

    private final String disk;
    private final List<String> named = new ArrayList<>();
    private long more;

    /**
     * None yet.
     *
     * @param disk key of the disk
     */
    Places(String disk) {
        this.disk = disk;
    }

    /** Notes that the bytes from {@code from} to before {@code to} cannot be read, and why. */
    void add(long from, long to, String why) {
        if (named.size() < MOST_NAMED) {
            named.add("disk '" + disk + "', bytes " + from + " to " + to + ": " + why);
        } else {
            more++;
        }
    }

    /** Sentences for people, at most one more than places are named. */
    List<String> sentences() {
        List<String> all = new ArrayList<>(named);
        if (more > 0) {
            all.add("disk '" + disk + "': and " + more + " places more");
        }
        return all;
    }
}
