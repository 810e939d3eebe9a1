package io.doppel.mover;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import java.util.concurrent.TimeUnit;

/** Bytes a second for all sources of a transfer. */
final class RateLimit {
    private static final long STEP_MILLIS = 50;

    private final long bytesPerSecond;
    private long freeAtNanos = System.nanoTime();

    /** A limit; 0 for none. */
    RateLimit(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Waits until the bytes may be read, asking often whether to stop. */
    void take(int bytes, MeteredReader.Stop stop) throws DoppelException {
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
                throw new DoppelException(CommonError.CANCELLED, "The transfer was interrupted", e);
            }
        }
    }
}
