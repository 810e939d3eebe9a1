package io.doppel.transport.nbd.internal;

import java.time.Duration;

/**
 * How long to wait.
 *
 * @param open for a connection with its handshake
 * @param extra for a further connection, without which reading goes on too
 * @param reply for the whole reply to a request
 */
public record Timing(Duration open, Duration extra, Duration reply) {
    /** What the server uses. */
    public static final Timing USUAL =
            new Timing(Duration.ofSeconds(30), Duration.ofSeconds(5), Duration.ofSeconds(60));

    /** Points in time are those of {@link System#nanoTime()}. */
    static long deadline(Duration wait) {
        return System.nanoTime() + wait.toNanos();
    }
}
