package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.DiskReader;
import java.util.Arrays;

/** Reads a disk as if zeros followed it. */
final class Padded {
    private Padded() {}

    static void read(DiskReader source, long offset, byte[] buffer, int from, int length) throws DoppelException {
        int inside = (int) Math.max(0, Math.min(length, source.size() - offset));
        if (inside > 0) {
            source.read(offset, buffer, from, inside);
        }
        Arrays.fill(buffer, from + inside, from + length, (byte) 0);
    }
}
