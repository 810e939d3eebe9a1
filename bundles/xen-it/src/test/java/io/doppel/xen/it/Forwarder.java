package io.doppel.xen.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Hands the connections to a port of one address on to the same port of another, as a router with address translation does. */
final class Forwarder implements AutoCloseable {
    private final ServerSocket server;
    private final InetSocketAddress target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    Forwarder(String from, String to, int port) throws IOException {
        server = new ServerSocket(port, 50, InetAddress.getByName(from));
        target = new InetSocketAddress(to, port);
        start(this::accept);
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
            inner.connect(target);
            start(() -> pump(inner, outer));
            pump(outer, inner);
        } catch (IOException e) {
            end(outer, inner);
        }
    }

    private void pump(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
            to.shutdownOutput();
        } catch (IOException e) {
            end(from, to);
        }
        if (from.isInputShutdown() && to.isInputShutdown()) {
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
