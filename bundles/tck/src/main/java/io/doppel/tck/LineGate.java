package io.doppel.tck;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Holds both directions of a line as soon as senders have had so many bytes. Safe for several threads. */
final class LineGate {
    private long left = Long.MAX_VALUE;
    private boolean closed;

    /** Opens it, if it is closed, for so many bytes more. */
    synchronized void closeAfter(long bytes) {
        left = bytes;
        closed = false;
        notifyAll();
    }

    synchronized void open() {
        closeAfter(Long.MAX_VALUE);
    }

    /** Waits until it is closed. @return whether that came within the time */
    synchronized boolean awaitClosed(Duration most) throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        while (!closed) {
            long ms = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (ms <= 0) {
                return false;
            }
            wait(ms);
        }
        return true;
    }

    /**
     * Lets bytes pass, all of them or, until it is opened, none.
     *
     * @param counted whether senders have them
     */
    synchronized void pass(int bytes, boolean counted) throws InterruptedException {
        while (closed || counted && bytes > left) {
            if (!closed) {
                closed = true;
                notifyAll();
            }
            wait();
        }
        if (counted && left != Long.MAX_VALUE) {
            left -= bytes;
        }
    }
}
