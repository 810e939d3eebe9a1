package io.doppel.tck;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobService;
import io.doppel.api.job.Progress;
import io.doppel.spi.processor.TransferMonitor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A monitor that keeps what it is told and can be told to cancel. */
final class RecordingMonitor implements TransferMonitor, CancelToken {
    private final Map<String, List<Progress>> told = new HashMap<>();
    private final List<Runnable> actions = new ArrayList<>();
    private long cancelledAt;
    private boolean cancelled;

    @Override
    public CancelToken cancel() {
        return this;
    }

    @Override
    public synchronized void progress(String diskKey, Progress progress) {
        told.computeIfAbsent(diskKey, key -> new ArrayList<>()).add(progress);
    }

    @Override
    public void warning(String diskKey, String text) {
        throw new AssertionError("TransferMonitor.warning about a good disk " + diskKey + ": " + text);
    }

    /** Checks that the progress told of a disk never went back. */
    synchronized void check(String diskKey) {
        long done = 0;
        for (Progress progress : told.getOrDefault(diskKey, List.of())) {
            long now = progress.done();
            long before = done;
            assertTrue(now >= before, () -> "TransferMonitor.progress of " + diskKey + " went back from " + before);
            assertTrue(
                    progress.total() == 0 || now <= progress.total(),
                    () -> "Progress.done beyond the total: " + progress);
            done = now;
        }
    }

    /** Cancels after a while, from a thread of its own. */
    Thread cancelIn(Duration delay) {
        Thread thread = new Thread(
                () -> {
                    try {
                        Thread.sleep(delay.toMillis());
                    } catch (InterruptedException e) {
                        return;
                    }
                    cancelNow();
                },
                "canceller");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    void cancelNow() {
        List<Runnable> due;
        synchronized (this) {
            cancelled = true;
            cancelledAt = System.nanoTime();
            due = List.copyOf(actions);
            actions.clear();
        }
        due.forEach(Runnable::run);
    }

    synchronized Duration sinceCancelled() {
        assertTrue(cancelled, "Processor.transfer ended before it was cancelled: the limit was not kept");
        return Duration.ofNanos(System.nanoTime() - cancelledAt);
    }

    @Override
    public synchronized boolean isCancelled() {
        return cancelled;
    }

    @Override
    public void check() throws DoppelException {
        if (isCancelled()) {
            throw new DoppelException(CommonError.CANCELLED, "The test cancelled it");
        }
    }

    @Override
    public JobService.Subscription onCancel(Runnable action) {
        boolean now;
        synchronized (this) {
            now = cancelled;
            if (!now) {
                actions.add(action);
            }
        }
        if (now) {
            action.run();
        }
        return () -> {
            synchronized (this) {
                actions.remove(action);
            }
        };
    }
}
