package io.doppel.tck;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** Hands on one direction of one connection: a thread takes, another one delivers when it is time. */
final class LinePump {
    private static final int PIECE = 16 << 10;
    /** Under way at once at most, 4 MiB; then whoever sends has to wait. */
    private static final int MOST_PIECES = 256;

    private final ForwardedConnection connection;
    private final Socket from;
    private final Socket to;
    private final LineDirection direction;
    private final BlockingQueue<Piece> flying = new ArrayBlockingQueue<>(MOST_PIECES);

    /** What is under way, and when it arrives: bytes, the end of the stream or a reset. */
    private record Piece(byte[] bytes, long due) {}

    private static final byte[] END = new byte[0];
    private static final byte[] RESET = new byte[0];

    LinePump(ForwardedConnection connection, Socket from, Socket to, LineDirection direction) {
        this.connection = connection;
        this.from = from;
        this.to = to;
        this.direction = direction;
    }

    void start() {
        Forwarder.start("forwarder-takes", () -> untilInterrupted(this::take));
        Forwarder.start("forwarder-delivers", () -> untilInterrupted(this::deliver));
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    private void untilInterrupted(Work work) {
        try {
            work.run();
        } catch (InterruptedException e) {
            connection.reset();
        }
    }

    private void take() throws InterruptedException {
        flying.put(new Piece(takeAll(), direction.arrival(0)));
    }

    /** @return what comes behind the bytes */
    private byte[] takeAll() throws InterruptedException {
        try {
            InputStream in = from.getInputStream();
            byte[] buffer = new byte[PIECE];
            for (int n = read(in, buffer); n >= 0; n = read(in, buffer)) {
                int on = direction.take(n);
                if (on > 0) {
                    flying.put(new Piece(Arrays.copyOf(buffer, on), direction.arrival(on)));
                }
                if (on < n) {
                    return RESET;
                }
            }
            return END;
        } catch (IOException e) {
            // the sender reset it, or it was cut
            return RESET;
        }
    }

    private int read(InputStream in, byte[] buffer) throws IOException {
        return in.read(buffer, 0, Math.min(buffer.length, direction.mostInOne()));
    }

    private void deliver() throws InterruptedException {
        for (Piece piece = flying.take(); ; piece = flying.take()) {
            LineDirection.sleepUntil(piece.due);
            if (piece.bytes == RESET) {
                connection.reset();
                return;
            }
            try {
                if (piece.bytes == END) {
                    connection.finish(to);
                    return;
                }
                to.getOutputStream().write(piece.bytes);
            } catch (IOException e) {
                connection.reset();
                drain(piece);
                return;
            }
        }
    }

    /** Whoever takes may wait for room; it ends as its socket is closed. */
    private void drain(Piece last) throws InterruptedException {
        for (Piece piece = last; piece.bytes != RESET && piece.bytes != END; piece = flying.take()) {
            continue;
        }
    }
}
