package io.doppel.core.internal.job;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;

/** Works on the units of one run, so many at once, until all have ended or were told to stop and do not. */
final class UnitScheduler {
    private static final long LOOK_MILLIS = 250;

    private final Executor threads;
    private final long silence;
    private final Deque<Unit> waiting;
    private final Set<Unit> active = new HashSet<>();

    /**
     * A scheduler.
     *
     * @param silence how long a call to a storage target may be out when a unit was told to stop
     */
    UnitScheduler(Executor threads, List<Unit> units, Duration silence) {
        this.threads = threads;
        this.silence = silence.toNanos();
        this.waiting = new ArrayDeque<>(units);
    }

    synchronized void run(int atOnce) throws InterruptedException {
        while (!waiting.isEmpty() || !active.isEmpty()) {
            while (active.size() < atOnce && !waiting.isEmpty()) {
                Unit unit = waiting.poll();
                active.add(unit);
                threads.execute(() -> work(unit));
            }
            wait(LOOK_MILLIS);
            for (Unit unit : List.copyOf(active)) {
                if (unit.isHeldUp(silence)) {
                    unit.abandon();
                    active.remove(unit);
                }
            }
        }
    }

    private void work(Unit unit) {
        try {
            unit.work();
        } finally {
            synchronized (this) {
                active.remove(unit);
                notifyAll();
            }
        }
    }
}
