package io.doppel.transport.nbd.internal;

import java.nio.ByteBuffer;

/** Writes from an array. */
final class WriteRequest extends Request {
    private final byte[] data;
    private final int from;

    /** Writes {@code data[from, from+length)} at {@code offset}. */
    WriteRequest(long offset, byte[] data, int from, int length, int flags) {
        super(Proto.WRITE, flags, offset, length);
        this.data = data;
        this.from = from;
    }

    @Override
    ByteBuffer[] message(long cookie) {
        return new ByteBuffer[] {super.message(cookie)[0], ByteBuffer.wrap(data, from, length())};
    }
}
