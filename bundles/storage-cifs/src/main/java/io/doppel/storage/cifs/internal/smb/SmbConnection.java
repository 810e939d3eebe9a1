package io.doppel.storage.cifs.internal.smb;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One TCP connection with many requests in flight: counts credits, signs, encrypts, and hands answers to those who wait. Requests come from
 * several threads at once; one thread of its own reads. Whatever goes wrong ends the connection and fails all that is in flight, each
 * request within its time limit, so that nobody waits for ever.
 */
final class SmbConnection implements AutoCloseable {
    private static final int TICK_MS = 250;
    private static final int FLAG_RESPONSE = 1;
    private static final int FLAG_ASYNC = 2;
    private static final int FLAG_SIGNED = 8;
    private static final int MAGIC = 0x424D53FE;
    private static final int WANTED_CREDITS = 512;
    private static final long NOBODY_ASKED = -1;
    private static final int SMALL = 64 << 10;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final Thread reader;
    private final long limit;
    private final Object sending = new Object();
    private final Map<Long, Reply> waiting = new HashMap<>();
    private long nextId;
    private int credits = 1;
    private boolean counted;
    private SmbException ended;
    private volatile boolean closing;
    private byte[] sealed = new byte[SMALL];
    private volatile Keys keys = Keys.NONE;
    private volatile long beginning;
    private volatile int largest = SMALL + 1024;
    private volatile long lastHeard = System.nanoTime();

    /** What messages are protected with from now on. */
    private record Keys(
            long session, boolean sign, boolean seal, Signer ours, Signer theirs, Sealer sealer, Sealer opener) {
        static final Keys NONE = new Keys(0, false, false, null, null, null, null);
    }

    private SmbConnection(Socket socket, long limit) throws IOException {
        this.socket = socket;
        this.limit = limit;
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
        this.reader =
                new Thread(this::read, "smb-" + socket.getInetAddress().getHostAddress() + ":" + socket.getPort());
        reader.setDaemon(true);
    }

    /**
     * Connects.
     *
     * @param connectMs time limit for the connection
     * @param limitMs time limit for each request
     */
    static SmbConnection open(String server, int port, int connectMs, int limitMs) throws SmbException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(server, port), connectMs);
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            socket.setSoTimeout(TICK_MS);
            SmbConnection connection = new SmbConnection(socket, TimeUnit.MILLISECONDS.toNanos(limitMs));
            connection.reader.start();
            return connection;
        } catch (IOException | RuntimeException e) {
            closeQuietly(socket);
            throw SmbException.lost("No connection to " + server + " port " + port + " (" + e.getMessage() + ")", e);
        }
    }

    /** Begins to count credits by size, as the dialect and the server allow. */
    synchronized void countBySize(int largestPayload) {
        counted = true;
        largest = largestPayload + SMALL;
    }

    /**
     * Protects everything from now on.
     *
     * @param algorithm of signatures
     * @param sign whether every request is signed; those that must be are in any case
     * @param cipher 0 if the server offers none
     */
    void protect(
            long session, int algorithm, byte[] signKey, boolean sign, int cipher, byte[] sealKey, byte[] openKey) {
        synchronized (sending) {
            keys = new Keys(
                    session,
                    sign,
                    false,
                    Signer.of(algorithm, signKey),
                    Signer.of(algorithm, signKey),
                    cipher == 0 ? null : Sealer.of(cipher, sealKey, session),
                    cipher == 0 ? null : Sealer.of(cipher, openKey, session));
        }
    }

    /** Encrypts every request from now on and takes no answer that is not. */
    void encrypt() {
        synchronized (sending) {
            Keys k = keys;
            keys = new Keys(k.session, k.sign, true, k.ours, k.theirs, k.sealer, k.opener);
        }
    }

    boolean canEncrypt() {
        return keys.sealer != null;
    }

    /** How long ago the server was heard last, in ns. */
    long silence() {
        return System.nanoTime() - lastHeard;
    }

    /** Whether nothing is in flight. */
    synchronized boolean isIdle() {
        return waiting.isEmpty();
    }

    synchronized boolean isOpen() {
        return ended == null && !closing;
    }

    /** Sends a request; the frame may be used again on return. */
    Reply send(Frame frame, int tree) throws SmbException {
        return send(frame, tree, false, limit, null, 0, 0);
    }

    /** As {@link #send(Frame, int)}, signed even if others are not. */
    Reply sendSigned(Frame frame, int tree) throws SmbException {
        return send(frame, tree, true, limit, null, 0, 0);
    }

    /**
     * Sends a request.
     *
     * @param signed whether it is signed even if others are not
     * @param limitNs time limit
     * @param target where the data of a READ goes; it is written to until the reply is complete
     */
    Reply send(Frame frame, int tree, boolean signed, long limitNs, byte[] target, int from, int length)
            throws SmbException {
        boolean sign = keys.ours != null && (signed || keys.sign || keys.seal);
        int charge = counted ? frame.charge() : 1;
        Reply reply = new Reply(charge, sign && !keys.seal, limitNs, target, from, length);
        long id = takeCredits(charge, reply);
        synchronized (sending) {
            int more = id < WANTED_CREDITS ? 32 : 0;
            // Before there are keys there is no session, unless one is about to begin.
            long session = keys == Keys.NONE ? beginning : keys.session;
            frame.putHeader(counted ? charge : 0, charge + more, reply.signed ? FLAG_SIGNED : 0, id, tree, session);
            try {
                write(frame, reply.signed);
            } catch (IOException e) {
                end(SmbException.lost("The connection broke (" + e.getMessage() + ")", e));
            }
        }
        return reply;
    }

    /** The session that log-in messages belong to before it has keys. */
    void beginSession(long session) {
        beginning = session;
    }

    private void write(Frame frame, boolean signed) throws IOException {
        int length = frame.end() - Frame.START;
        if (keys.seal) {
            int room = Frame.LENGTH + Frame.TRANSFORM + length + Sealer.TAG;
            if (sealed.length < room) {
                sealed = new byte[room];
            }
            int size = keys.sealer.seal(frame.bytes, Frame.START, length, sealed, Frame.LENGTH);
            putLength(sealed, 0, size);
            out.write(sealed, 0, Frame.LENGTH + size);
            return;
        }
        if (signed) {
            keys.ours.sign(frame.bytes, Frame.START, length);
        }
        putLength(frame.bytes, Frame.START - Frame.LENGTH, length);
        out.write(frame.bytes, Frame.START - Frame.LENGTH, Frame.LENGTH + length);
    }

    private static void putLength(byte[] array, int at, int length) {
        ByteBuffer.wrap(array).putInt(at, length);
    }

    /** Waits for credits as long as the request has time. */
    private synchronized long takeCredits(int charge, Reply reply) throws SmbException {
        boolean interrupted = false;
        try {
            while (ended == null && credits < charge) {
                if (reply.isLate(System.nanoTime(), lastHeard)) {
                    throw SmbException.lost("The server grants no more requests", null);
                }
                try {
                    wait(TICK_MS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        if (ended != null) {
            throw ended.again();
        }
        credits -= charge;
        long id = nextId;
        nextId += charge;
        reply.extend();
        waiting.put(id, reply);
        return id;
    }

    private void read() {
        SmbException why = SmbException.lost("The connection was closed", null);
        byte[] frame = new byte[SMALL];
        byte[] opened = new byte[SMALL];
        try {
            byte[] prefix = new byte[Frame.LENGTH];
            while (true) {
                readFully(prefix, Frame.LENGTH);
                int length = ByteBuffer.wrap(prefix).getInt();
                if (length < Frame.HEADER || length > largest) {
                    throw SmbException.protocol("an answer of " + length + " bytes");
                }
                if (frame.length < length + Sealer.TAG) {
                    frame = new byte[length + Sealer.TAG];
                }
                readFully(frame, length);
                lastHeard = System.nanoTime();
                if (Sealer.isSealed(frame, 0, length)) {
                    if (keys.opener == null) {
                        throw SmbException.protocol("an encrypted answer before there is a key");
                    }
                    if (opened.length < length) {
                        opened = new byte[length];
                    }
                    int size = keys.opener.open(frame, 0, length, opened);
                    take(opened, size, true);
                } else {
                    take(frame, length, false);
                }
            }
        } catch (SmbException e) {
            why = closing ? why : e;
        } catch (IOException e) {
            why = closing ? why : SmbException.lost("The connection broke (" + e.getMessage() + ")", e);
        } finally {
            end(why);
            failAll();
        }
    }

    private void readFully(byte[] array, int length) throws IOException {
        int done = 0;
        while (done < length) {
            try {
                int count = in.read(array, done, length - done);
                if (count < 0) {
                    throw new EOFException("the server closed it");
                }
                done += count;
            } catch (SocketTimeoutException tick) {
                checkDeadlines();
            }
        }
    }

    private synchronized void checkDeadlines() throws SmbException {
        if (ended != null) {
            throw ended;
        }
        long now = System.nanoTime();
        for (Reply reply : waiting.values()) {
            if (reply.isLate(now, lastHeard)) {
                throw SmbException.lost("The server does not answer", null);
            }
        }
    }

    private void take(byte[] array, int length, boolean wasSealed) throws SmbException {
        ByteBuffer message = ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN);
        if (length < Frame.HEADER + 2 || message.getInt(0) != MAGIC || message.getInt(20) != 0) {
            throw SmbException.protocol("an answer is no single SMB 2 message");
        }
        int flags = message.getInt(16);
        long id = message.getLong(24);
        if (id == NOBODY_ASKED) {
            return;
        }
        if ((flags & FLAG_RESPONSE) == 0) {
            throw SmbException.protocol("a request instead of an answer");
        }
        if (keys.seal && !wasSealed) {
            throw SmbException.of(
                    SmbException.Kind.SIGNING, "An answer of the server is not encrypted, which it must be");
        }
        boolean interim = (flags & FLAG_ASYNC) != 0 && message.getInt(8) == SmbStatus.PENDING;
        Reply reply = granted(id, message.getShort(14) & 0xFFFF, interim);
        if (interim) {
            reply.extend();
            return;
        }
        if (reply.signed && !wasSealed) {
            if ((flags & FLAG_SIGNED) == 0 || !keys.theirs.verify(array, 0, length)) {
                reply.fail(SmbException.of(SmbException.Kind.SIGNING, "An answer of the server is not signed rightly"));
                throw SmbException.of(SmbException.Kind.SIGNING, "An answer of the server is not signed rightly");
            }
        }
        try {
            reply.complete(array, 0, length);
        } catch (SmbException e) {
            reply.fail(e);
            throw e;
        }
    }

    private synchronized Reply granted(long id, int more, boolean interim) throws SmbException {
        Reply reply = interim ? waiting.get(id) : waiting.remove(id);
        if (reply == null) {
            throw SmbException.protocol("an answer to no request");
        }
        credits += more;
        notifyAll();
        return reply;
    }

    private synchronized void end(SmbException why) {
        if (ended == null) {
            ended = why;
        }
        notifyAll();
        // The reader sees it and fails what waits: nobody else touches the arrays that it may be filling.
        closeQuietly(socket);
    }

    private void failAll() {
        List<Reply> left;
        synchronized (this) {
            left = new ArrayList<>(waiting.values());
            waiting.clear();
        }
        left.forEach(reply -> reply.fail(ended));
    }

    /** Breaks it off; requests in flight fail. Returns when its thread has ended. */
    @Override
    public void close() {
        closing = true;
        end(SmbException.lost("The connection was closed", null));
        boolean interrupted = false;
        while (reader.isAlive()) {
            try {
                reader.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no further use either way, and what waits for it is told why.
            return;
        }
    }
}
