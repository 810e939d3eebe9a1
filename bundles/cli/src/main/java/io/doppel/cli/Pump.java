package io.doppel.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;

/** Copies one stream to another as the bytes come. */
final class Pump {
    private static final int BUFFER = 32 * 1024;

    private Pump() {}

    /**
     * Copies on a daemon thread until the source ends or either side is gone.
     *
     * @return open until the copying has ended
     */
    static CountDownLatch start(String name, InputStream from, OutputStream to, boolean closeAtEnd) {
        CountDownLatch done = new CountDownLatch(1);
        Thread thread = new Thread(
                () -> {
                    try {
                        copy(from, to);
                        if (closeAtEnd) {
                            to.close();
                        }
                    } catch (IOException e) {
                        // The other side went away; whoever waits for the command reports how it ended.
                    } finally {
                        done.countDown();
                    }
                },
                "doppel-" + name);
        thread.setDaemon(true);
        thread.start();
        return done;
    }

    static void copy(InputStream from, OutputStream to) throws IOException {
        byte[] buffer = new byte[BUFFER];
        for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
            to.write(buffer, 0, n);
            to.flush();
        }
    }
}
