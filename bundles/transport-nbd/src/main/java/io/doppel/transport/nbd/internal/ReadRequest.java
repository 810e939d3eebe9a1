package io.doppel.transport.nbd.internal;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Reads into an array. */
final class ReadRequest extends Request {
    private static final int DATA = 1;
    private static final int HOLE = 2;

    private final byte[] to;
    private final int from;
    private final Coverage coverage;

    /** Reads {@code length} bytes at {@code offset} into {@code to} from {@code from} on. */
    ReadRequest(long offset, byte[] to, int from, int length) {
        super(Proto.READ, 0, offset, length);
        this.to = to;
        this.from = from;
        this.coverage = new Coverage(length);
    }

    @Override
    void chunk(int kind, int size, Wire wire, long deadline) throws IOException {
        if (kind == DATA && size > 8) {
            long offset = head(8, wire, deadline).getLong();
            wire.read(to, place(offset, size - 8), size - 8, deadline);
        } else if (kind == HOLE && size == 12) {
            ByteBuffer head = head(12, wire, deadline);
            long offset = head.getLong();
            int length = head.getInt();
            int at = place(offset, length);
            Arrays.fill(to, at, at + length, (byte) 0);
        } else {
            super.chunk(kind, size, wire, deadline);
        }
    }

    private static ByteBuffer head(int size, Wire wire, long deadline) throws IOException {
        byte[] head = new byte[size];
        wire.read(head, 0, size, deadline);
        return ByteBuffer.wrap(head);
    }

    /** Where a part belongs; it must lie inside what was asked for and not have come before. */
    private int place(long offset, int size) throws IOException {
        long at = offset - offset();
        if (size <= 0 || at < 0 || at > length() - size || !coverage.add((int) at, size)) {
            throw new ProtocolException("a reply to " + this + " has a part of " + Integer.toUnsignedString(size)
                    + " bytes at " + Long.toUnsignedString(offset));
        }
        return from + (int) at;
    }

    @Override
    void simple(Wire wire, long deadline) throws IOException {
        wire.read(to, place(offset(), length()), length(), deadline);
    }

    @Override
    boolean mayBeSimple() {
        return false;
    }

    @Override
    void checkComplete() throws IOException {
        if (!coverage.isComplete()) {
            throw new ProtocolException("the reply to " + this + " is incomplete");
        }
    }
}
