package io.doppel.tck;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Stands between clients and a TCP server as a router with forwarded ports does: clients dial another address and port than the server
 * has. The line can be slow, what goes over it is counted, and it can be broken or held at a chosen byte. What goes by is not looked at.
 *
 * <p>Bytes are those of the TCP streams, without headers and repetitions. A client that ends its direction can still be answered, and who
 * resets a connection resets it for the other side too. Safe for several threads.
 */
public final class Forwarder implements AutoCloseable {
    private static final int BACKLOG = 50;

    private final ServerSocket server;
    private final InetSocketAddress target;
    private final LineGate gate = new LineGate();
    private final LineDirection toServer;
    private final LineDirection toClient;
    private final Set<ForwardedConnection> open = ConcurrentHashMap.newKeySet();

    /**
     * What the line is like, in each direction.
     *
     * @param delay from one end to the other; not negative
     * @param bytesPerSecond what all connections together get over it; infinite if nothing limits them
     */
    public record Line(Duration delay, double bytesPerSecond) {
        /** Neither delay nor limit. */
        public static final Line STRAIGHT = new Line(Duration.ZERO, Double.POSITIVE_INFINITY);

        /** Checks. */
        public Line {
            Objects.requireNonNull(delay);
            if (delay.isNegative() || !(bytesPerSecond > 0)) {
                throw new IllegalArgumentException("no line: " + delay + ", " + bytesPerSecond);
            }
        }

        /** With a delay in each direction, and no limit. */
        public static Line delayed(Duration delay) {
            return new Line(delay, Double.POSITIVE_INFINITY);
        }
    }

    /**
     * Begins to forward.
     *
     * @param at where clients dial; port 0 for any that is free
     * @param target where the server is; it need not be there yet
     */
    public Forwarder(InetSocketAddress at, InetSocketAddress target, Line line) throws IOException {
        this.target = target;
        this.toServer = new LineDirection(line, gate, true);
        this.toClient = new LineDirection(line, gate, false);
        this.server = new ServerSocket(at.getPort(), BACKLOG, at.getAddress());
        start("forwarder", this::accept);
    }

    /** From a free port of the loopback address to another port of it. */
    public static Forwarder to(int port, Line line) throws IOException {
        return new Forwarder(loopback(0), loopback(port), line);
    }

    /** The same over a line without delay and limit. */
    public static Forwarder to(int port) throws IOException {
        return to(port, Line.STRAIGHT);
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** Where clients dial. */
    public int port() {
        return server.getLocalPort();
    }

    /** Bytes that it took from clients so far. The server may not have all of them yet. */
    public long sent() {
        return toServer.taken();
    }

    /** Bytes that it took from the server so far. */
    public long received() {
        return toClient.taken();
    }

    /**
     * From now on bytes are handed on in pieces, each in a packet of its own, as a line with small packets does.
     *
     * @param most bytes of a piece, at least 1
     */
    public void fragment(int most) {
        toServer.fragment(most);
        toClient.fragment(most);
    }

    /**
     * After so many more bytes from clients the connection that carries the last of them is reset; that byte is not handed on. Once.
     *
     * @param bytes at least 1
     */
    public void resetAfterSent(long bytes) {
        toServer.resetAfter(bytes);
    }

    /** The same for bytes to clients: with 1, the next answer is lost and its connection is reset. */
    public void resetAfterReceived(long bytes) {
        toClient.resetAfter(bytes);
    }

    /** Nothing is reset any more that was not reset yet. */
    public void resetNothing() {
        toServer.resetAfter(Long.MAX_VALUE);
        toClient.resetAfter(Long.MAX_VALUE);
    }

    /** How often a connection was reset because of {@link #resetAfterSent} and {@link #resetAfterReceived}. */
    public int resets() {
        return toServer.resets() + toClient.resets();
    }

    /** Resets all connections that there are now. New ones are forwarded. */
    public void cut() {
        open.forEach(ForwardedConnection::reset);
    }

    /** Waits until no connection is open and all that was under way has arrived. @return false if that did not come within the time */
    public synchronized boolean awaitNoConnection(Duration most) throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        while (!open.isEmpty()) {
            long ms = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (ms <= 0) {
                return false;
            }
            wait(ms);
        }
        return true;
    }

    private synchronized void ended(ForwardedConnection connection) {
        open.remove(connection);
        notifyAll();
    }

    /**
     * Takes at most so many more bytes from clients, and a stall begins when there are more. Then these wait, and so does everything from the server; connections stay
     * open. What was taken before still arrives. Ends a stall that there is.
     */
    public void stallAfterSent(long bytes) {
        gate.closeAfter(bytes);
    }

    /** Waits until the line stalls. @return false if it did not within the time */
    public boolean awaitStall(Duration most) throws InterruptedException {
        return gate.awaitClosed(most);
    }

    /** Ends the stall, and whatever {@link #stallAfterSent} said. What waits goes on its way. */
    public void goOn() {
        gate.open();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket outer = server.accept();
                start("forwarder", () -> join(outer));
            } catch (IOException e) {
                // closed, or the one who knocked is gone again
                continue;
            }
        }
    }

    private void join(Socket outer) {
        Socket inner = new Socket();
        ForwardedConnection connection = new ForwardedConnection(outer, inner, this::ended);
        open.add(connection);
        try {
            inner.connect(target);
            // both directions may wait for each other, so nothing may wait to be sent
            outer.setTcpNoDelay(true);
            inner.setTcpNoDelay(true);
            new LinePump(connection, inner, outer, toClient).start();
            new LinePump(connection, outer, inner, toServer).start();
            if (server.isClosed()) {
                connection.reset();
            }
        } catch (IOException nobodyThere) {
            connection.end();
        }
    }

    /** Starts a thread that keeps no process alive. */
    static void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Forwards nothing any more; resets what is open. */
    @Override
    public void close() throws IOException {
        server.close();
        cut();
        gate.open();
    }
}
