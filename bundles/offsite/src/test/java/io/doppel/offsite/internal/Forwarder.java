package io.doppel.offsite.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What stands between a client and a module behind NAT: one port that is forwarded. It counts bytes, cuts connections, and
 * can swallow answers.
 */
final class Forwarder implements AutoCloseable {
    final AtomicLong toModule = new AtomicLong();
    final AtomicLong toClient = new AtomicLong();
    private final ServerSocket server;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean swallows;
    private volatile long cutAfter = Long.MAX_VALUE;

    Forwarder(int target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                forward(server.accept());
            }
        } catch (IOException e) {
            // closed: no more connections
        }
    }

    private void forward(Socket client) throws IOException {
        Socket module;
        try {
            module = new Socket(InetAddress.getLoopbackAddress(), target);
        } catch (IOException away) {
            client.close();
            return;
        }
        sockets.add(client);
        sockets.add(module);
        start(() -> pump(client, module, toModule, false));
        start(() -> pump(module, client, toClient, true));
    }

    private void pump(Socket from, Socket to, AtomicLong count, boolean answers) {
        byte[] buffer = new byte[64 << 10];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (answers && swallows) {
                    swallows = false;
                    return;
                }
                if (!answers && count.get() + n > cutAfter) {
                    cutAfter = Long.MAX_VALUE;
                    return;
                }
                count.addAndGet(n);
                out.write(buffer, 0, n);
            }
        } catch (IOException e) {
            // one side went, so does the other
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    /** The next answer is thrown away and its connection cut. */
    void swallowNextAnswer() {
        swallows = true;
    }

    /** Cuts the connection on which so many more bytes came to the module, once. */
    void cutAfter(long bytes) {
        cutAfter = toModule.get() + bytes;
    }

    /** Cuts all connections. */
    void cut() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "forwarder");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        cut();
    }
}
