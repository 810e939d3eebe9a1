package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits for what happens on other threads. */
final class Eventually {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private Eventually() {}

    /** What is waited for. */
    interface Condition {
        boolean holds() throws Exception;
    }

    /** Comes back when it holds, and fails after two minutes. */
    static void holds(Condition condition) throws Exception {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < end, "in vain");
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }
}
