package io.doppel.mover;

import io.doppel.vault.Ciphers;
import java.util.concurrent.atomic.AtomicBoolean;

/** Gets the JDK's AES-GCM compiled beside the first reads; until then it runs at a hundredth of its speed. */
public final class CipherWarmUp {
    private static final AtomicBoolean STARTED = new AtomicBoolean();

    private CipherWarmUp() {}

    /** Starts it once in this process, in the background. */
    public static void start() {
        if (STARTED.compareAndSet(false, true)) {
            Thread t = new Thread(Ciphers::warmUp, "doppel-cipher-warm-up");
            t.setDaemon(true);
            t.start();
        }
    }
}
