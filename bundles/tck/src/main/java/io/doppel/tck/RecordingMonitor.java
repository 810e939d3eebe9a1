package io.doppel.tck;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.job.CancelToken;
import io.doppel.api.job.Progress;
import io.doppel.spi.processor.TransferMonitor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A monitor that keeps what it is told and can be told to cancel. */
final class RecordingMonitor implements TransferMonitor {
    private final Map<String, List<Progress>> told = new HashMap<>();
    private final TestCancel cancel = new TestCancel();
    private long cancelledAt;

    @Override
    public CancelToken cancel() {
        return cancel;
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
        synchronized (this) {
            cancelledAt = System.nanoTime();
        }
        cancel.cancel();
    }

    synchronized Duration sinceCancelled() {
        assertTrue(cancel.isCancelled(), "Processor.transfer ended before it was cancelled: the limit was not kept");
        return Duration.ofNanos(System.nanoTime() - cancelledAt);
    }
}
