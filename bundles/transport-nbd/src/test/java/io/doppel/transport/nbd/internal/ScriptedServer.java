package io.doppel.transport.nbd.internal;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that says what a test tells it to, each connection the same. */
final class ScriptedServer implements AutoCloseable {
    static final int STRUCTURED = 0x668e33ef;
    static final int SIMPLE = 0x67446698;
    static final int DONE = 1;

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();

    /** What happens on a connection; its end closes the connection. */
    interface Script {
        void run(Peer peer) throws Exception;
    }

    /** A request as it came. */
    record Asked(int flags, int type, long cookie, long offset, int length) {}

    ScriptedServer(Script script) throws IOException {
        threads.submit(() -> {
            while (true) {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                sockets.add(socket);
                connections.incrementAndGet();
                threads.submit(() -> {
                    try (socket) {
                        script.run(new Peer(socket));
                    }
                    return null;
                });
            }
        });
    }

    int port() {
        return listener.getLocalPort();
    }

    /** How many connections came so far. */
    int connections() {
        return connections.get();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        threads.shutdownNow();
    }

    /** The client, seen from the server. */
    static final class Peer {
        final DataInputStream in;
        final DataOutputStream out;

        Peer(Socket socket) throws IOException {
            in = new DataInputStream(socket.getInputStream());
            out = new DataOutputStream(socket.getOutputStream());
        }

        /** The first words, in the fixed new style. */
        void greet() throws IOException {
            out.writeLong(0x4e42444d41474943L);
            out.writeLong(0x49484156454F5054L);
            out.writeShort(3);
            in.readInt();
        }

        /** The next option's number; its data is passed over. */
        int option() throws IOException {
            in.readLong();
            int option = in.readInt();
            in.skipNBytes(in.readInt());
            return option;
        }

        void reply(int option, int type, int length) throws IOException {
            out.writeLong(0x3e889045565a9L);
            out.writeInt(option);
            out.writeInt(type);
            out.writeInt(length);
        }

        /** Negotiates an export with structured replies, or without, and base:allocation as context 7. */
        void serve(long size, boolean structured) throws IOException {
            serve(size, structured, 3);
        }

        /** As above, with these transmission flags. */
        void serve(long size, boolean structured, int transmissionFlags) throws IOException {
            greet();
            while (true) {
                int option = option();
                if (option == Options.STRUCTURED_REPLY && !structured) {
                    reply(option, 0x80000001, 0);
                    continue;
                }
                if (option == Options.SET_META_CONTEXT) {
                    reply(option, Options.META_CONTEXT, 19);
                    out.writeInt(7);
                    out.writeBytes("base:allocation");
                }
                if (option == Options.GO) {
                    reply(option, Options.INFO, 12);
                    out.writeShort(0);
                    out.writeLong(size);
                    out.writeShort(transmissionFlags);
                }
                reply(option, Options.ACK, 0);
                if (option == Options.GO) {
                    return;
                }
            }
        }

        Asked asked() throws IOException {
            in.readInt();
            return new Asked(in.readShort(), in.readShort(), in.readLong(), in.readLong(), in.readInt());
        }

        /** A chunk of a structured reply with this payload, of which the length may be a lie. */
        void chunk(int flags, int type, long cookie, int length, ByteBuffer payload) throws IOException {
            out.writeInt(STRUCTURED);
            out.writeShort(flags);
            out.writeShort(type);
            out.writeLong(cookie);
            out.writeInt(length);
            out.write(payload.array(), 0, payload.position());
        }

        /** A chunk with data. */
        void data(int flags, long cookie, long offset, byte[] data) throws IOException {
            chunk(
                    flags,
                    1,
                    cookie,
                    8 + data.length,
                    ByteBuffer.allocate(8 + data.length).putLong(offset).put(data));
        }
    }
}
