package io.doppel.vault;

import io.doppel.api.error.DoppelException;
import java.time.Clock;
import java.util.Objects;

/**
 * How a verification goes about its work.
 *
 * @param threads how many packs are read at the same time; at least 1. Each takes about 6 MiB
 * @param clock tells the time that is noted for a pack when it was verified
 * @param pace told of bytes that were read
 */
public record VerifyOptions(int threads, Clock clock, Pace pace) {
    /** Holds a verification back. */
    @FunctionalInterface
    public interface Pace {
        /**
         * Bytes were read, at most a few MiB; waits as long as no more shall be read. Called by several threads at the same time, if the
         * verification has several.
         *
         * @throws DoppelException to end the verification
         */
        void read(int bytes) throws DoppelException;
    }

    /** Checks. */
    public VerifyOptions {
        if (threads < 1) {
            throw new IllegalArgumentException("threads " + threads);
        }
        Objects.requireNonNull(clock);
        Objects.requireNonNull(pace);
    }

    /** As fast as this machine can. */
    public static VerifyOptions fast(Clock clock) {
        return new VerifyOptions(Runtime.getRuntime().availableProcessors(), clock, bytes -> {});
    }
}
