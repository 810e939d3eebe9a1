package io.doppel.vault.internal.copy;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.RateLimit;
import io.doppel.vault.copy.CopyProgress;
import io.doppel.vault.copy.CopyProgress.Phase;

/** Counts and slows down what goes from vault to vault, for all threads of one copy. */
final class Meter {
    /** Bytes after which it is worth to tell of them. */
    private static final long STEP = 1 << 20;

    private final RateLimit limit;
    private final RateLimit.Stop stop;
    private final CopyProgress progress;
    private Phase phase = Phase.SURVEY;
    private long total;
    private long done;
    private long read;
    private long told;

    Meter(RateLimit limit, RateLimit.Stop stop, CopyProgress progress) {
        this.limit = limit;
        this.stop = stop;
        this.progress = progress;
    }

    synchronized void begin(Phase next, long bytes) {
        phase = next;
        total = bytes;
        done = 0;
        told = 0;
        progress.progress(phase, total, done);
    }

    /** So much is done; it may turn out to be more than was foreseen. */
    synchronized void done(long bytes) {
        done += bytes;
        total = Math.max(total, done);
        if (done - told >= STEP || done == total) {
            told = done;
            progress.progress(phase, total, done);
        }
    }

    /** Waits until the bytes may go. */
    void take(int bytes) throws DoppelException {
        stop.check();
        limit.take(bytes, stop);
    }

    synchronized void read(long bytes) {
        read += bytes;
    }

    synchronized long readBytes() {
        return read;
    }
}
