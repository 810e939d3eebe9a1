package io.doppel.vault.internal.pack;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/** Unsigned LEB128 numbers. */
public final class Varints {
    private Varints() {}

    /** Appends a number that is not negative. */
    public static void put(ByteArrayOutputStream out, long value) {
        long v = value;
        while (v >= 0x80) {
            out.write((int) (v & 0x7F) | 0x80);
            v >>>= 7;
        }
        out.write((int) v);
    }

    /**
     * Reads a number.
     *
     * @throws BufferUnderflowException if the bytes end in it or it is longer than nine bytes
     */
    public static long get(ByteBuffer in) {
        long v = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            int b = in.get();
            v |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return v;
            }
        }
        throw new BufferUnderflowException();
    }
}
