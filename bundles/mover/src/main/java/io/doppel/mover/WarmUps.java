package io.doppel.mover;

import io.doppel.vault.WarmUp;
import java.util.concurrent.atomic.AtomicBoolean;

/** Warms the data path in the background, once in a process. */
public final class WarmUps {
    private static final AtomicBoolean STARTED = new AtomicBoolean();

    private WarmUps() {}

    /** For a process that begins to work now: warms the cipher only, beside the first reads. */
    public static void besideWork() {
        start(WarmUp::cipher);
    }

    /** For a process that waits for work: warms everything. */
    public static void beforeWork() {
        start(WarmUp::everything);
    }

    private static void start(Runnable what) {
        if (STARTED.compareAndSet(false, true)) {
            Thread t = new Thread(what, "doppel-warm-up");
            t.setDaemon(true);
            t.setPriority(Thread.MIN_PRIORITY);
            t.start();
        }
    }
}
