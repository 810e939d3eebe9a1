package io.doppel.shell.internal;

import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;

/**
 * Gogo's standard streams by thread, one for all tests and never stopped: a thread of a session that has just ended sets {@code
 * System.out} to its own once more, and the next test would write there.
 */
final class ThreadIo {
    static final ThreadIOImpl SHARED = new ThreadIOImpl();

    static {
        SHARED.start();
    }

    private ThreadIo() {}
}
