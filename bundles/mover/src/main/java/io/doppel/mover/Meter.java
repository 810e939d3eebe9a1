package io.doppel.mover;

import io.doppel.api.job.Progress;
import io.doppel.spi.processor.TransferMonitor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Counts what happens to one disk and tells the monitor about four times a second. */
final class Meter {
    private static final long EVERY_NANOS = 250_000_000L;

    private final String diskKey;
    private final long total;
    private final int passes;
    private final TransferMonitor monitor;
    private final LongAdder done = new LongAdder();
    private final LongAdder read = new LongAdder();
    private final LongAdder stored = new LongAdder();
    private final LongAdder skipped = new LongAdder();
    private final AtomicLong told = new AtomicLong(System.nanoTime());

    /**
     * A meter.
     *
     * @param passes how many times everything is gone through; each counts for its part of the progress
     */
    Meter(String diskKey, long total, int passes, TransferMonitor monitor) {
        this.diskKey = diskKey;
        this.total = total;
        this.passes = passes;
        this.monitor = monitor;
    }

    void read(long bytes) {
        read.add(bytes);
        tell();
    }

    void done(long bytes) {
        done.add(bytes);
        tell();
    }

    void skipped(long bytes) {
        skipped.add(bytes);
        done(bytes);
    }

    void stored(long bytes) {
        stored.add(bytes);
    }

    Progress progress() {
        return new Progress(
                total, Math.min(total, done.sum() / passes), read.sum(), stored.sum(), skipped.sum() / passes);
    }

    /** Tells the final figures. */
    Progress end() {
        Progress p = progress();
        monitor.progress(diskKey, p);
        return p;
    }

    private void tell() {
        long now = System.nanoTime();
        long last = told.get();
        if (now - last > EVERY_NANOS && told.compareAndSet(last, now)) {
            monitor.progress(diskKey, progress());
        }
    }
}
