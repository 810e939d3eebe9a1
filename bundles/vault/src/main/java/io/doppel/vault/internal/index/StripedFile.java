package io.doppel.vault.internal.index;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/**
 * A file that several threads read at random places. It is read and not mapped, because of a mapped file the kernel reads up to
 * mebibytes around each page that it lacks; and not through a channel, which an interrupt of one thread would close for all. Closed by
 * the collector. Safe for several threads.
 */
final class StripedFile {
    private static final int STRIPES = 4;

    private final RandomAccessFile[] stripes = new RandomAccessFile[STRIPES];

    StripedFile(Path path) throws IOException {
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new RandomAccessFile(path.toFile(), "r");
        }
    }

    /** Fills the array with what is there. */
    void read(long at, byte[] to) throws IOException {
        RandomAccessFile stripe = stripes[(int) Thread.currentThread().getId() & STRIPES - 1];
        synchronized (stripe) {
            stripe.seek(at);
            stripe.readFully(to);
        }
    }
}
