package io.doppel.cifs.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Hands TCP connections on to a port, and resets the connection over which a certain byte goes. */
final class Forwarder implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final InetSocketAddress target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong toServer = new AtomicLong(Long.MAX_VALUE);
    private final AtomicLong toClient = new AtomicLong(Long.MAX_VALUE);
    private final AtomicInteger resets = new AtomicInteger();

    Forwarder(int port) throws IOException {
        target = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** How often it reset a connection. */
    int resets() {
        return resets.get();
    }

    /** After so many more bytes from clients the connection that carries the last of them is reset; it is not handed on. */
    void resetAfterSent(long bytes) {
        toServer.set(bytes);
    }

    /** The same for bytes to clients. */
    void resetAfterReceived(long bytes) {
        toClient.set(bytes);
    }

    /** Nothing is reset any more. */
    void beGood() {
        toServer.set(Long.MAX_VALUE);
        toClient.set(Long.MAX_VALUE);
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "forwarder");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket outer = server.accept();
                open.add(outer);
                start(() -> join(outer));
            } catch (IOException e) {
                // Closed, or the one who knocked is gone again.
                continue;
            }
        }
    }

    private void join(Socket outer) {
        Socket inner = new Socket();
        open.add(inner);
        try {
            // Both directions wait for each other, so nothing may wait to be sent.
            outer.setTcpNoDelay(true);
            inner.setTcpNoDelay(true);
            inner.connect(target);
            start(() -> pump(inner, outer, toClient));
            pump(outer, inner, toServer);
        } catch (IOException e) {
            end(outer, inner);
        }
    }

    private void pump(Socket from, Socket to, AtomicLong left) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[16 << 10];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                long before = left.getAndAdd(-n);
                if (before > 0 && before <= n) {
                    resets.incrementAndGet();
                    out.write(buffer, 0, (int) before - 1);
                    from.setSoLinger(true, 0);
                    to.setSoLinger(true, 0);
                    return;
                }
                out.write(buffer, 0, n);
            }
        } catch (IOException e) {
            // One of both has ended, so the other shall, too.
            return;
        } finally {
            end(from, to);
        }
    }

    private void end(Socket... sockets) {
        for (Socket socket : sockets) {
            open.remove(socket);
            try {
                socket.close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        end(open.toArray(Socket[]::new));
    }
}
