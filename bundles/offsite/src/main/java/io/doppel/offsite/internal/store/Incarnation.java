package io.doppel.offsite.internal.store;

import java.util.Arrays;

/** One put of an object, from its commit until it is deleted for good. Guarded by its table. */
final class Incarnation {
    private static final long[] NONE = {};
    private static final int LONG_NAME = 100;

    final long id;
    final String name;
    final long size;
    final long attemptHigh;
    final long attemptLow;
    final long putEvent;
    final long putDay;
    long condemnedEvent;
    long condemnedAt;
    long condemnedDay;
    /** Pairs of events: condemned by the first, brought back by the second. */
    long[] gaps = NONE;

    Incarnation(long id, String name, long size, long attemptHigh, long attemptLow, long putEvent, long putDay) {
        this.id = id;
        this.name = name;
        this.size = size;
        this.attemptHigh = attemptHigh;
        this.attemptLow = attemptLow;
        this.putEvent = putEvent;
        this.putDay = putDay;
    }

    /** What it counts against the limit of objects, which bounds the module's memory: a long name is as good as several. */
    int weight() {
        return 1 + name.length() / LONG_NAME;
    }

    boolean isCondemned() {
        return condemnedEvent > 0;
    }

    /** Whether it was there after an event. */
    boolean wasThere(long event) {
        if (putEvent > event || isCondemned() && condemnedEvent <= event) {
            return false;
        }
        for (int i = 0; i < gaps.length; i += 2) {
            if (gaps[i] <= event && event < gaps[i + 1]) {
                return false;
            }
        }
        return true;
    }

    void condemn(long event, long at, long day) {
        condemnedEvent = event;
        condemnedAt = at;
        condemnedDay = day;
    }

    void bringBack(long event) {
        long[] longer = Arrays.copyOf(gaps, gaps.length + 2);
        longer[gaps.length] = condemnedEvent;
        longer[gaps.length + 1] = event;
        gaps = longer;
        condemn(0, 0, 0);
    }

    /** Its object in the store's own folder. */
    String file() {
        return file(id);
    }

    static String file(long id) {
        return String.format("%02x/%016x", id & 0xff, id);
    }
}
