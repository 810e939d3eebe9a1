package io.doppel.storage.local.internal;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;

/**
 * A channel closes itself when a thread that uses it is interrupted, and fails the other threads that use it. Work here is
 * stopped by cancel tokens, never by interrupts, so an interrupt only waits: the action runs again and the thread's flag
 * is set afterwards.
 */
final class Uninterrupted {
    /** Something that opens its channel anew if that has been closed. */
    interface Action {
        void run() throws IOException;
    }

    private Uninterrupted() {}

    static void run(Action action) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    action.run();
                    return;
                } catch (ClosedChannelException e) {
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
