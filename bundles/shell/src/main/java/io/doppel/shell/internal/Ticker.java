package io.doppel.shell.internal;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Time, and waiting for a run to end. */
interface Ticker {
    /** The real one. */
    Ticker SYSTEM = new Ticker() {
        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public void await(Semaphore ended, long millis) throws InterruptedException {
            ended.tryAcquire(millis, TimeUnit.MILLISECONDS);
        }
    };

    /** Nanoseconds since some moment. */
    long nanos();

    /** Waits for a permit, but not longer than that. */
    void await(Semaphore ended, long millis) throws InterruptedException;
}
