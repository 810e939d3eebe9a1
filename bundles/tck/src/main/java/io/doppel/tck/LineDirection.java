package io.doppel.tck;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One direction of a {@link Forwarder}'s line, which all connections share. Safe for several threads. */
final class LineDirection {
    /** What a router on the way may hold. */
    private static final long MOST_AHEAD_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final long delayNs;
    private final double bytesPerSecond;
    private final LineGate gate;
    private final boolean sends;
    private long free = System.nanoTime();
    private long taken;
    private long resetIn = Long.MAX_VALUE;
    private int resets;
    private volatile int mostInOne = Integer.MAX_VALUE;

    /** @param sends whether it is the one to the server, whose bytes the gate counts */
    LineDirection(Forwarder.Line line, LineGate gate, boolean sends) {
        this.delayNs = line.delay().toNanos();
        this.bytesPerSecond = line.bytesPerSecond();
        this.gate = gate;
        this.sends = sends;
    }

    synchronized long taken() {
        return taken;
    }

    void fragment(int bytes) {
        mostInOne = bytes;
    }

    /** Bytes that are handed on together at most. */
    int mostInOne() {
        return mostInOne;
    }

    synchronized int resets() {
        return resets;
    }

    synchronized void resetAfter(long bytes) {
        resetIn = bytes;
    }

    /**
     * Takes bytes from a connection, if the line stalls once it does not any more.
     *
     * @return how many of them go on; if these are not all, the connection is reset behind them
     */
    int take(int bytes) throws InterruptedException {
        gate.pass(bytes, sends);
        synchronized (this) {
            taken += bytes;
            if (resetIn == Long.MAX_VALUE) {
                return bytes;
            }
            resetIn -= bytes;
            if (resetIn > 0) {
                return bytes;
            }
            int on = (int) (bytes + resetIn - 1);
            resetIn = Long.MAX_VALUE;
            resets++;
            return on;
        }
    }

    /** Waits until the line has room for bytes. @return when they are at its other end, by {@link System#nanoTime} */
    long arrival(int bytes) {
        long sent;
        synchronized (this) {
            free = Math.max(free, System.nanoTime()) + (long) (bytes / bytesPerSecond * 1e9);
            sent = free;
        }
        sleepUntil(sent - MOST_AHEAD_NS);
        return sent + delayNs;
    }

    static void sleepUntil(long time) {
        for (long left = time - System.nanoTime(); left > 0; left = time - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
