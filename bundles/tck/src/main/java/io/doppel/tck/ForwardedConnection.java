package io.doppel.tck;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A client's connection to a {@link Forwarder}, and the one to the server that goes with it. Safe for several threads. */
final class ForwardedConnection {
    private static final int DIRECTIONS = 2;

    private final Socket outer;
    private final Socket inner;
    private final Consumer<ForwardedConnection> ended;
    private final AtomicInteger left = new AtomicInteger(DIRECTIONS);

    ForwardedConnection(Socket outer, Socket inner, Consumer<ForwardedConnection> ended) {
        this.outer = outer;
        this.inner = inner;
        this.ended = ended;
    }

    /** All that was to go to that socket did. The other direction goes on. */
    void finish(Socket to) throws IOException {
        to.shutdownOutput();
        if (left.decrementAndGet() == 0) {
            end();
        }
    }

    /** Both sides are told at once that the connection is broken. */
    void reset() {
        lingerNot(outer);
        lingerNot(inner);
        end();
    }

    private static void lingerNot(Socket socket) {
        try {
            // so that closing it resets it
            socket.setSoLinger(true, 0);
        } catch (IOException closed) {
            // that is what was wanted
            return;
        }
    }

    /** Closes both. Idempotent. */
    void end() {
        close(outer);
        close(inner);
        ended.accept(this);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
