package io.doppel.disks.internal;

import java.util.Arrays;

/** Looks for zeros. */
final class Zeros {
    private static final int PART = 64 << 10;
    private static final byte[] ZEROS = new byte[PART];

    private Zeros() {}

    /** Whether there is nothing else. */
    static boolean only(byte[] buffer, int from, int length) {
        int end = from + length;
        for (int at = from; at < end; at += PART) {
            int part = Math.min(PART, end - at);
            if (!Arrays.equals(buffer, at, at + part, ZEROS, 0, part)) {
                return false;
            }
        }
        return true;
    }
}
