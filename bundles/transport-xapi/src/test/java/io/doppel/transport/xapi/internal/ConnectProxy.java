package io.doppel.transport.xapi.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP proxy that opens ways by CONNECT and writes down its requests. */
final class ConnectProxy implements AutoCloseable {
    private final ServerSocket listening = new ServerSocket(0, 20, InetAddress.getLoopbackAddress());
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    ConnectProxy() throws IOException {
        start(() -> {
            while (!listening.isClosed()) {
                try {
                    Socket client = listening.accept();
                    start(() -> serve(client));
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    int port() {
        return listening.getLocalPort();
    }

    /** Heads of the requests. */
    List<String> heads() {
        return heads;
    }

    private void start(Runnable work) {
        Thread thread = new Thread(work, "connect-proxy");
        threads.add(thread);
        thread.start();
    }

    private void serve(Socket client) {
        open.add(client);
        try (client) {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) client.getInputStream().read());
            }
            heads.add(head.toString());
            String[] target = head.toString().split(" ")[1].split(":");
            try (Socket server = new Socket(target[0], Integer.parseInt(target[1]))) {
                open.add(server);
                client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                start(() -> copy(server, client));
                copy(client, server);
            }
        } catch (IOException e) {
            // one of the sides went away
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
            to.shutdownOutput();
        } catch (IOException e) {
            // one of the sides went away
        }
    }

    @Override
    public void close() throws Exception {
        listening.close();
        for (Socket socket : open) {
            socket.close();
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
