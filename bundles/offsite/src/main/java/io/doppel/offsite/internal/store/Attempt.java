package io.doppel.offsite.internal.store;

import java.nio.ByteBuffer;

/**
 * The 16 random bytes of one PUT.
 *
 * @param high the first eight
 * @param low the others
 */
public record Attempt(long high, long low) {
    /** Of 16 bytes. */
    public static Attempt of(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new Attempt(in.getLong(), in.getLong());
    }

    boolean isOf(Incarnation one) {
        return one.attemptHigh == high && one.attemptLow == low;
    }
}
