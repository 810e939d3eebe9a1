package io.doppel.offsite.internal.store;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The module's own time: the milliseconds for which it has run since it was set up, docs/offsite-protocol.md §5. Counted by a
 * clock that nobody can set, and kept on disk, so it never goes back by more than what was not kept yet, and never jumps
 * ahead. The time of day is looked at only to say when it jumped. Safe for several threads.
 */
public final class RunningTime {
    private static final String FOLDER = "clock";

    /** Above what a clock that is being adjusted gains in a day. */
    private static final long JUMP_MILLIS = 120_000;

    private final Storage storage;
    private final LongSupplier nanos;
    private final LongSupplier day;
    private long base;
    private long start;
    private long dayAtStart;
    private long kept = -1;
    private final List<String> jumps = new ArrayList<>();

    /**
     * Goes on from what was kept.
     *
     * @param storage the module's own folder
     * @param nanos a clock that never goes back, in nanoseconds
     * @param day the time of day, in milliseconds since 1970
     */
    public RunningTime(Storage storage, LongSupplier nanos, LongSupplier day) throws DoppelException {
        this.storage = storage;
        this.nanos = nanos;
        this.day = day;
        this.start = nanos.getAsLong();
        this.dayAtStart = day.getAsLong();
        long[] newest = {-1, 0};
        storage.list(FOLDER, info -> {
            long[] one = parse(info.name());
            if (one[0] > newest[0]) {
                newest[0] = one[0];
                newest[1] = one[1];
            }
        });
        base = Math.max(0, newest[0]);
        kept = newest[0];
        if (kept >= 0 && dayAtStart < newest[1] - JUMP_MILLIS) {
            jumps.add("the clock went back by " + (newest[1] - dayAtStart) / 1000 + " s while the module did not run");
        }
    }

    /** Running time in milliseconds. */
    public synchronized long millis() {
        return base + (nanos.getAsLong() - start) / 1_000_000;
    }

    /** The time of day in milliseconds since 1970, for people. */
    public long day() {
        return day.getAsLong();
    }

    /** The running time is at least that: something was written then. */
    public synchronized void atLeast(long millis) {
        base += Math.max(0, millis - millis());
    }

    /** Writes the time down. */
    public synchronized void keep() throws DoppelException {
        long now = millis();
        if (now > kept) {
            try (var writer = storage.put(FOLDER + "/" + hex(now) + "-" + hex(Math.max(0, day())))) {
                writer.commit();
            }
            kept = now;
        }
        List<String> old = new ArrayList<>();
        storage.list(FOLDER, info -> old.add(info.name()));
        for (String name : old) {
            if (parse(name)[0] < kept) {
                storage.delete(name);
            }
        }
    }

    /** How the time of day has jumped since this was asked last, if it has. */
    public synchronized Optional<String> jump() {
        long gone = (nanos.getAsLong() - start) / 1_000_000;
        long off = day.getAsLong() - dayAtStart - gone;
        if (Math.abs(off) > JUMP_MILLIS) {
            jumps.add("the clock was set " + (off > 0 ? "forward" : "back") + " by " + Math.abs(off) / 1000 + " s");
            dayAtStart += off;
        }
        if (jumps.isEmpty()) {
            return Optional.empty();
        }
        String all = String.join("; ", jumps);
        jumps.clear();
        return Optional.of(all);
    }

    private static String hex(long value) {
        return String.format("%016x", value);
    }

    private static long[] parse(String name) {
        String[] parts = name.substring(FOLDER.length() + 1).split("-", 2);
        return new long[] {Long.parseLong(parts[0], 16), Long.parseLong(parts[1], 16)};
    }
}
