package io.doppel.storage.cifs.internal;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between client and smbd: tells what goes by in clear, and changes or breaks it as a test wants. It knows of SMB only the header,
 * [MS-SMB2] 2.2.1, and shares no code with the client.
 */
final class Wire implements AutoCloseable {
    static final int CREATE = 5;
    static final int CLOSE = 6;
    static final int FLUSH = 7;
    static final int READ = 8;
    static final int WRITE = 9;
    static final int SET_INFO = 17;

    private static final int HEADER = 64;
    private static final int CLEAR = 0x424D53FE;

    /** What a test does with a message. */
    interface Interception {
        /** @return what goes on in its place; null breaks the connection, an empty array lets nothing go on */
        byte[] pass(Message message);
    }

    /**
     * A message that went by.
     *
     * @param toServer which way
     * @param bytes header and body
     */
    record Message(boolean toServer, byte[] bytes) {
        boolean isClear() {
            return buffer().getInt(0) == CLEAR;
        }

        int command() {
            return isClear() ? buffer().getShort(12) : -1;
        }

        int status() {
            return buffer().getInt(8);
        }

        /** Class of the information that a SET_INFO sets. */
        int infoClass() {
            return bytes[HEADER + 3] & 0xFF;
        }

        boolean isRequest(int command) {
            return toServer && command() == command;
        }

        boolean isAnswer(int command) {
            return !toServer && command() == command;
        }

        private ByteBuffer buffer() {
            return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    private final ServerSocket listening;
    private final int target;
    private final List<Message> seen = new CopyOnWriteArrayList<>();
    private final AtomicLong bytes = new AtomicLong();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile Interception interception = Message::bytes;
    private volatile boolean recording;

    private Wire(int target) throws IOException {
        this.target = target;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    static Wire to(int port) throws IOException {
        return new Wire(port);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** Does this with every message from now on. */
    void intercept(Interception wanted) {
        interception = wanted;
    }

    /** Keeps every request from now on, without the data of writes. */
    void record() {
        seen.clear();
        recording = true;
    }

    /** Requests since {@link #record}. */
    List<Message> requests() {
        return List.copyOf(seen);
    }

    /** Breaks every connection. */
    void cut() {
        sockets.forEach(Wire::close);
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.add(client);
                sockets.add(server);
                start(() -> pump(client, server, true));
                start(() -> pump(server, client, false));
            }
        } catch (IOException closed) {
            cut();
        }
    }

    private void pump(Socket from, Socket to, boolean toServer) {
        try {
            DataInputStream in = new DataInputStream(from.getInputStream());
            OutputStream out = to.getOutputStream();
            while (true) {
                byte[] content = new byte[in.readInt()];
                in.readFully(content);
                bytes.addAndGet(content.length);
                Message message = new Message(toServer, content);
                if (toServer && recording) {
                    seen.add(new Message(true, java.util.Arrays.copyOf(content, Math.min(content.length, 512))));
                }
                byte[] passed = interception.pass(message);
                if (passed == null) {
                    throw new EOFException("cut");
                }
                if (passed.length > 0) {
                    byte[] framed = new byte[4 + passed.length];
                    ByteBuffer.wrap(framed).putInt(passed.length).put(passed);
                    out.write(framed);
                }
            }
        } catch (IOException over) {
            close(from);
            close(to);
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "wire");
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
        cut();
    }
}
