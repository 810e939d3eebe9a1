package io.doppel.transport.nbd.internal;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A wire without TLS. What is read passes one buffer, which the system fills as far as it can at once. */
final class PlainWire implements Wire {
    private static final int BUFFER = 256 << 10;

    private final Pipe pipe;
    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER).limit(0);

    PlainWire(Pipe pipe) {
        this.pipe = pipe;
    }

    @Override
    public void read(byte[] to, int from, int length, long deadline) throws IOException {
        int at = from;
        int left = length;
        while (left > 0) {
            if (!in.hasRemaining()) {
                in.clear();
                try {
                    pipe.read(in, deadline);
                } finally {
                    in.flip();
                }
            }
            int part = Math.min(left, in.remaining());
            in.get(to, at, part);
            at += part;
            left -= part;
        }
    }

    /** Whether the peer sent more than was read. */
    boolean hasMore() {
        return in.hasRemaining();
    }

    Pipe pipe() {
        return pipe;
    }

    @Override
    public void write(long deadline, ByteBuffer... buffers) throws IOException {
        pipe.write(deadline, buffers);
    }

    @Override
    public void close() {
        pipe.close();
    }
}
