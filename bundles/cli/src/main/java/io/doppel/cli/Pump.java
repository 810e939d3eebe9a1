package io.doppel.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Copies one stream to another as the bytes come. */
final class Pump {
    private static final int BUFFER = 32 * 1024;

    private Pump() {}

    /** Copies on a daemon thread until the source ends, and closes the other side then, or until either side is gone. */
    static void start(String name, InputStream from, OutputStream to) {
        Thread thread = new Thread(
                () -> {
                    try {
                        copy(from, to);
                        to.close();
                    } catch (IOException e) {
                        // The other side went away; whoever waits for the command reports how it ended.
                    }
                },
                "doppel-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    static void copy(InputStream from, OutputStream to) throws IOException {
        byte[] buffer = new byte[BUFFER];
        for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
            to.write(buffer, 0, n);
            to.flush();
        }
    }
}
