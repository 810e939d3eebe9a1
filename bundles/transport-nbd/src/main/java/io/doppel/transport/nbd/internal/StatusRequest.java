package io.doppel.transport.nbd.internal;

import io.doppel.spi.disk.ByteRange;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** Asks for the status of a range and keeps the parts whose status is wanted. */
final class StatusRequest extends Request {
    private static final int BLOCK_STATUS = 5;
    private static final int MOST_EXTENTS = 1 << 20;
    private static final int BATCH = 4096;

    private final long context;
    private final IntPredicate wanted;
    private final List<ByteRange> ranges = new ArrayList<>();
    private long known;
    private boolean came;

    /**
     * A request.
     *
     * @param context the context that tells; what others say is passed over
     * @param wanted whether the flags of an extent are those to keep
     */
    StatusRequest(long offset, int length, long context, IntPredicate wanted) {
        super(Proto.BLOCK_STATUS, 0, offset, length);
        this.context = context;
        this.wanted = wanted;
        this.known = offset;
    }

    @Override
    void chunk(int kind, int size, Wire wire, long deadline) throws IOException {
        int extents = (size - 4) / 8;
        if (kind != BLOCK_STATUS || extents < 1 || extents > MOST_EXTENTS || size != 4 + 8 * extents) {
            throw new ProtocolException(
                    "a reply to " + this + " has a chunk of type " + kind + " and " + size + " bytes");
        }
        byte[] batch = new byte[8 * Math.min(extents, BATCH)];
        wire.read(batch, 0, 4, deadline);
        boolean ours = Integer.toUnsignedLong(ByteBuffer.wrap(batch).getInt()) == context;
        if (ours && came) {
            throw new ProtocolException("a reply to " + this + " tells the same twice");
        }
        came |= ours;
        for (int left = extents; left > 0; left -= BATCH) {
            int count = Math.min(left, BATCH);
            wire.read(batch, 0, 8 * count, deadline);
            ByteBuffer in = ByteBuffer.wrap(batch);
            for (int i = 0; ours && i < count; i++) {
                extent(Integer.toUnsignedLong(in.getInt()), in.getInt());
            }
        }
    }

    private void extent(long extent, int flags) throws IOException {
        if (extent == 0) {
            throw new ProtocolException("a reply to " + this + " has an extent without length");
        }
        long end = Math.min(known + extent, offset() + Integer.toUnsignedLong(length()));
        if (end > known && wanted.test(flags)) {
            BlockStatus.append(ranges, known, end);
        }
        known = end;
    }

    /** The parts that have the status, ascending, up to {@link #known()}. */
    List<ByteRange> ranges() {
        return ranges;
    }

    /** Up to where the server told, beyond the offset of the request and at most its end. */
    long known() {
        return known;
    }

    @Override
    boolean mayBeSimple() {
        return false;
    }

    @Override
    void checkComplete() throws IOException {
        if (!came) {
            throw new ProtocolException("the reply to " + this + " says nothing about the context");
        }
    }
}
