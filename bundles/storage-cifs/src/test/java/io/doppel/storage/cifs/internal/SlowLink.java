package io.doppel.storage.cifs.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A line with a delay and a rate in each direction, for measuring; all its connections share the rate. */
final class SlowLink implements AutoCloseable {
    private static final int PIECE = 16 << 10;
    /** What a router on the way may hold. */
    private static final long MOST_AHEAD_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final ServerSocket listening;
    private final int target;
    private final long delay;
    private final double rate;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Direction up = new Direction();
    private final Direction down = new Direction();

    private record Piece(byte[] bytes, long due) {}

    private final class Direction {
        private long free = System.nanoTime();

        /** When the line has taken so many bytes more. */
        synchronized long send(int bytes) {
            free = Math.max(free, System.nanoTime()) + (long) (bytes / rate * 1e9);
            return free;
        }
    }

    /**
     * Begins to listen.
     *
     * @param delayMs in one direction
     * @param bytesPerSecond in one direction
     */
    SlowLink(int target, int delayMs, double bytesPerSecond) throws IOException {
        this.target = target;
        this.delay = TimeUnit.MILLISECONDS.toNanos(delayMs);
        this.rate = bytesPerSecond;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                sockets.add(client);
                sockets.add(server);
                pump(client, server, up);
                pump(server, client, down);
            }
        } catch (IOException closed) {
            sockets.forEach(SlowLink::close);
        }
    }

    private void pump(Socket from, Socket to, Direction direction) throws IOException {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        BlockingQueue<Piece> flying = new LinkedBlockingQueue<>();
        start(() -> {
            try {
                byte[] buffer = new byte[PIECE];
                int count = in.read(buffer);
                while (count >= 0) {
                    long sent = direction.send(count);
                    flying.add(new Piece(Arrays.copyOf(buffer, count), sent + delay));
                    sleepUntil(sent - MOST_AHEAD_NS);
                    count = in.read(buffer);
                }
                flying.add(new Piece(null, 0));
            } catch (IOException over) {
                flying.add(new Piece(null, 0));
            }
        });
        start(() -> {
            try {
                Piece piece = flying.take();
                while (piece.bytes != null) {
                    sleepUntil(piece.due);
                    out.write(piece.bytes);
                    piece = flying.take();
                }
                close(to);
            } catch (IOException | InterruptedException over) {
                close(from);
            }
        });
    }

    private static void sleepUntil(long time) {
        for (long left = time - System.nanoTime(); left > 0; left = time - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "slow-link");
        thread.setDaemon(true);
        thread.start();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        sockets.forEach(SlowLink::close);
    }
}
