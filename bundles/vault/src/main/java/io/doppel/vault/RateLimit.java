package io.doppel.vault;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Bytes a second for all who share it, which may change while they wait. Safe for several threads. */
public final class RateLimit {
    private static final long STEP_MILLIS = 50;
    private static final double SECOND = 1e9;

    private final LongSupplier bytesPerSecond;
    private long lookedNanos = System.nanoTime();
    /** Bytes that were asked for. */
    private double taken;
    /** Those of them whose time has come. */
    private double passed;

    /** Tells whether to go on. */
    @FunctionalInterface
    public interface Stop {
        /** Throws when the work shall end. */
        void check() throws DoppelException;
    }

    /** A limit; 0 for none. */
    public RateLimit(long bytesPerSecond) {
        this(() -> bytesPerSecond);
    }

    /**
     * A limit that changes.
     *
     * @param bytesPerSecond asked often, by any thread; 0 for none
     */
    public RateLimit(LongSupplier bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Waits until the bytes may be moved, asking often whether to stop. */
    public void take(int bytes, Stop stop) throws DoppelException {
        if (bytesPerSecond.getAsLong() == 0) {
            return;
        }
        double mine = enqueue(bytes);
        for (long wait = nanosUntil(mine); wait > 0; wait = nanosUntil(mine)) {
            stop.check();
            try {
                TimeUnit.MILLISECONDS.sleep(Math.min(STEP_MILLIS, wait / 1_000_000 + 1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new DoppelException(CommonError.CANCELLED, "The work was interrupted", e);
            }
        }
    }

    private synchronized double enqueue(int bytes) {
        look();
        double mine = taken;
        taken += bytes;
        return mine;
    }

    private synchronized long nanosUntil(double mine) {
        long rate = look();
        return rate == 0 || passed >= mine ? 0 : (long) Math.ceil((mine - passed) * SECOND / rate);
    }

    /** Lets the time since the last look count at the rate of now, which is given; what was not asked for by then is no credit. */
    private long look() {
        long rate = bytesPerSecond.getAsLong();
        long now = System.nanoTime();
        passed = rate == 0 ? taken : Math.min(taken, passed + (now - lookedNanos) * (rate / SECOND));
        lookedNanos = now;
        return rate;
    }
}
