package io.doppel.transport.nbd.internal;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * A wire in TLS. Java's own TLS sockets read each record by two system calls and copy it twice; this takes as many
 * records from the system as there are and deciphers them into the caller's array.
 */
final class TlsWire implements Wire {
    private static final int BUFFER = 256 << 10;

    private final Pipe pipe;
    private final SSLEngine engine;
    private final Object writing = new Object();
    private final ByteBuffer cipherIn = ByteBuffer.allocate(BUFFER).limit(0);
    private final ByteBuffer cipherOut = ByteBuffer.allocate(BUFFER);
    private ByteBuffer plainIn;

    /** Shakes hands over a connection on which nothing else is under way. */
    TlsWire(Pipe pipe, SSLEngine engine, long deadline) throws IOException {
        this.pipe = pipe;
        this.engine = engine;
        this.plainIn = emptyPlain();
        engine.setUseClientMode(true);
        engine.beginHandshake();
        HandshakeStatus status = engine.getHandshakeStatus();
        while (status != HandshakeStatus.FINISHED && status != HandshakeStatus.NOT_HANDSHAKING) {
            switch (status) {
                case NEED_WRAP -> status = wrap(deadline);
                case NEED_TASK -> status = runTasks();
                default -> status = unwrap(plainIn.clear(), deadline).getHandshakeStatus();
            }
        }
        plainIn = emptyPlain();
    }

    private ByteBuffer emptyPlain() {
        return ByteBuffer.allocate(engine.getSession().getApplicationBufferSize())
                .limit(0);
    }

    @Override
    public void read(byte[] to, int from, int length, long deadline) throws IOException {
        int at = from;
        int left = length;
        while (left > 0) {
            int part;
            if (plainIn.hasRemaining()) {
                part = Math.min(left, plainIn.remaining());
                plainIn.get(to, at, part);
            } else if (left >= plainIn.capacity()) {
                part = decipher(ByteBuffer.wrap(to, at, left), deadline);
            } else {
                plainIn.clear();
                try {
                    decipher(plainIn, deadline);
                } finally {
                    plainIn.flip();
                }
                part = 0;
            }
            at += part;
            left -= part;
        }
    }

    /** One record's content, possibly none. */
    private int decipher(ByteBuffer to, long deadline) throws IOException {
        SSLEngineResult result = unwrap(to, deadline);
        HandshakeStatus status = result.getHandshakeStatus();
        while (status == HandshakeStatus.NEED_TASK || status == HandshakeStatus.NEED_WRAP) {
            status = status == HandshakeStatus.NEED_TASK ? runTasks() : wrap(deadline);
        }
        return result.bytesProduced();
    }

    private SSLEngineResult unwrap(ByteBuffer to, long deadline) throws IOException {
        while (true) {
            SSLEngineResult result = engine.unwrap(cipherIn, to);
            switch (result.getStatus()) {
                case OK -> {
                    return result;
                }
                case CLOSED -> throw new EOFException("The peer closed the connection");
                case BUFFER_OVERFLOW -> throw new SSLException("A record is larger than TLS allows");
                default -> {
                    cipherIn.compact();
                    try {
                        pipe.read(cipherIn, deadline);
                    } finally {
                        cipherIn.flip();
                    }
                }
            }
        }
    }

    private HandshakeStatus runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
        return engine.getHandshakeStatus();
    }

    /** Sends what TLS itself has to say. */
    private HandshakeStatus wrap(long deadline) throws IOException {
        synchronized (writing) {
            HandshakeStatus status = encipher(ByteBuffer.allocate(0)).getHandshakeStatus();
            send(deadline);
            return status;
        }
    }

    private SSLEngineResult encipher(ByteBuffer... buffers) throws IOException {
        SSLEngineResult result = engine.wrap(buffers, cipherOut);
        if (result.getStatus() != SSLEngineResult.Status.OK) {
            throw new EOFException("TLS has ended: " + result.getStatus());
        }
        return result;
    }

    private void send(long deadline) throws IOException {
        cipherOut.flip();
        try {
            pipe.write(deadline, cipherOut);
        } finally {
            cipherOut.clear();
        }
    }

    @Override
    public void write(long deadline, ByteBuffer... buffers) throws IOException {
        ByteBuffer last = buffers[buffers.length - 1];
        synchronized (writing) {
            while (last.hasRemaining()) {
                while (last.hasRemaining()
                        && cipherOut.remaining() >= engine.getSession().getPacketBufferSize()) {
                    encipher(buffers);
                }
                send(deadline);
            }
        }
    }

    @Override
    public void close() {
        pipe.close();
    }
}
