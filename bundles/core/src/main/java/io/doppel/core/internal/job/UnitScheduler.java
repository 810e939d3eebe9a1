package io.doppel.core.internal.job;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Works on the units of one run, so many at once, until all have ended. */
final class UnitScheduler {
    /** After this time a thread that is stuck in a plug-in that has left is not waited for any more. */
    private static final long GRACE = TimeUnit.SECONDS.toNanos(3);

    private static final long LOOK_MILLIS = 250;

    private final Executor threads;
    private final Deque<Unit> waiting;
    private final Set<Unit> active = new HashSet<>();

    UnitScheduler(Executor threads, List<Unit> units) {
        this.threads = threads;
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
                if (unit.isHeldUpByGonePlugin(GRACE)) {
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
