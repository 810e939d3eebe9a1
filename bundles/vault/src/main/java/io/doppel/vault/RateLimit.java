package io.doppel.vault;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import java.util.concurrent.TimeUnit;

/** Bytes a second for all who share it. Safe for several threads. */
public final class RateLimit {
    private static final long STEP_MILLIS = 50;

    private final long bytesPerSecond;
    private long freeAtNanos = System.nanoTime();

    /** Tells whether to go on. */
    @FunctionalInterface
    public interface Stop {
        /** Throws when the work shall end. */
        void check() throws DoppelException;
    }

    /** A limit; 0 for none. */
    public RateLimit(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Waits until the bytes may be moved, asking often whether to stop. */
    public void take(int bytes, Stop stop) throws DoppelException {
        if (bytesPerSecond == 0) {
            return;
        }
        long mine;
        synchronized (this) {
            mine = Math.max(freeAtNanos, System.nanoTime());
            freeAtNanos = mine + bytes * 1_000_000_000L / bytesPerSecond;
        }
        while (mine > System.nanoTime()) {
            stop.check();
            try {
                TimeUnit.MILLISECONDS.sleep(Math.min(STEP_MILLIS, (mine - System.nanoTime()) / 1_000_000 + 1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new DoppelException(CommonError.CANCELLED, "The work was interrupted", e);
            }
        }
    }
}
