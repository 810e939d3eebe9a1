package io.doppel.shell.internal.output;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;

/** Bytes a second over the last ten seconds. */
final class Rate {
    private static final long WINDOW_NANOS = 10_000_000_000L;
    private static final double NANOS = 1e9;

    private record Sample(long nanos, long bytes) {}

    private final Deque<Sample> samples = new ArrayDeque<>();

    void add(long nanos, long bytes) {
        samples.addLast(new Sample(nanos, bytes));
        while (samples.size() > 2 && nanos - samples.getFirst().nanos() > WINDOW_NANOS) {
            samples.removeFirst();
        }
    }

    /** Bytes a second; 0 until there are two samples. */
    double perSecond() {
        if (samples.size() < 2) {
            return 0;
        }
        Sample first = samples.getFirst();
        Sample last = samples.getLast();
        long nanos = last.nanos() - first.nanos();
        return nanos <= 0 ? 0 : Math.max(0, last.bytes() - first.bytes()) * NANOS / nanos;
    }

    /** Seconds that {@code bytes} more take; empty while nobody can know. */
    OptionalLong secondsFor(long bytes) {
        double rate = perSecond();
        return rate < 1 ? OptionalLong.empty() : OptionalLong.of((long) Math.ceil(Math.max(0, bytes) / rate));
    }
}
