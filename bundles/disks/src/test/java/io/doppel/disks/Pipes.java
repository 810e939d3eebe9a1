package io.doppel.disks;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Lets a writer and a reader of streams work on each other. */
final class Pipes {
    private Pipes() {}

    @FunctionalInterface
    interface Writing {
        void to(OutputStream out) throws Exception;
    }

    @FunctionalInterface
    interface Reading {
        void from(InputStream in) throws Exception;
    }

    static void through(Writing writing, Reading reading) throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (PipedInputStream in = new PipedInputStream(1 << 20)) {
            PipedOutputStream end = new PipedOutputStream(in);
            Future<?> written = thread.submit(() -> {
                try (OutputStream out = end) {
                    writing.to(out);
                }
                return null;
            });
            reading.from(in);
            written.get();
        } finally {
            thread.shutdownNow();
        }
    }
}
