package io.doppel.sim.xapi.disk;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;

/** Waits for what a program does at its start. */
final class Await {
    private static final int LOOK_AGAIN_MILLIS = 3;

    interface Condition {
        boolean holds() throws IOException;
    }

    private Await() {}

    /** @throws IOException when the program ends or the time passes before the condition holds */
    static void until(Duration patience, Condition condition, Child program) throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.holds()) {
            if (!program.running() || System.nanoTime() > end) {
                throw new IOException("a program did not get ready: " + program.complaint());
            }
            try {
                Thread.sleep(LOOK_AGAIN_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while a program started");
            }
        }
    }
}
