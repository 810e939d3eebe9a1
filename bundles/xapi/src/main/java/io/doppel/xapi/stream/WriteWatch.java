package io.doppel.xapi.stream;

import io.doppel.xapi.XapiWire;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The outgoing side of a connection that ends when the peer takes nothing for too long: sockets have no time-out for
 * writing, so a thread watches and closes the connection. The thread ends with {@link #close()}.
 */
final class WriteWatch extends OutputStream {
    private final XapiWire wire;
    private final OutputStream out;
    private final long silenceNanos;
    private final Thread watcher;
    /** When the write under way began; meaningless while none is. */
    private long began;

    private boolean writing;
    private boolean stalled;
    private boolean closed;

    WriteWatch(XapiWire wire, Duration silence) {
        this.wire = wire;
        this.out = wire.out();
        this.silenceNanos = silence.toNanos();
        this.watcher = new Thread(this::watch, "xapi-upload-watch");
        watcher.setDaemon(true);
        watcher.start();
    }

    private synchronized void watch() {
        while (!closed) {
            long left = writing ? silenceNanos - (System.nanoTime() - began) : silenceNanos;
            if (left <= 0) {
                stalled = true;
                closed = true;
                wire.abandon();
                return;
            }
            try {
                wait(TimeUnit.NANOSECONDS.toMillis(left) + 1);
            } catch (InterruptedException e) {
                // Nobody interrupts it; it ends with the stream.
                return;
            }
        }
    }

    /** Whether the connection was ended because nothing was taken. */
    synchronized boolean stalled() {
        return stalled;
    }

    private synchronized void begin() {
        began = System.nanoTime();
        writing = true;
    }

    private synchronized void end() {
        writing = false;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] buffer, int from, int length) throws IOException {
        begin();
        try {
            out.write(buffer, from, length);
        } finally {
            end();
        }
    }

    @Override
    public void flush() throws IOException {
        begin();
        try {
            out.flush();
        } finally {
            end();
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        wire.abandon();
    }
}
