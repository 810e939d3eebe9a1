package io.doppel.transport.nbd.internal;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.function.LongFunction;

/** Reads replies and has their requests take what they hold. Used by one thread at a time. */
final class Replies {
    private static final int SIMPLE = 0x67446698;
    private static final int STRUCTURED = 0x668e33ef;
    private static final int FLAG_DONE = 1;
    private static final int NONE = 0;
    private static final int ERROR = 1 << 15;

    private final Wire wire;
    private final boolean structured;
    private final ServerText words;
    private final LongFunction<Request> pending;
    private final byte[] head = new byte[16];
    private final byte[] length = new byte[4];

    /**
     * Reads from a wire.
     *
     * @param structured whether structured replies were agreed
     * @param pending gives the request in flight with a cookie, or null
     */
    Replies(Wire wire, boolean structured, ServerText words, LongFunction<Request> pending) {
        this.wire = wire;
        this.structured = structured;
        this.words = words;
        this.pending = pending;
    }

    /** Reads one message and returns its cookie if that request now has its whole reply, else −1. */
    long next(long deadline) throws IOException {
        wire.read(head, 0, head.length, deadline);
        ByteBuffer in = ByteBuffer.wrap(head);
        int magic = in.getInt();
        if (magic == SIMPLE) {
            int error = in.getInt();
            long cookie = in.getLong();
            simple(request(cookie), error, deadline);
            return cookie;
        }
        if (magic != STRUCTURED || !structured) {
            throw new ProtocolException("a reply begins with the magic number " + Integer.toHexString(magic));
        }
        int flags = in.getShort();
        int kind = in.getShort() & 0xFFFF;
        long cookie = in.getLong();
        Request request = request(cookie);
        wire.read(length, 0, length.length, deadline);
        boolean last = (flags & FLAG_DONE) != 0;
        chunk(request, kind, ByteBuffer.wrap(length).getInt(), last, deadline);
        if (last && !request.failed()) {
            request.checkComplete();
        }
        return last ? cookie : -1;
    }

    private Request request(long cookie) throws IOException {
        Request request = pending.apply(cookie);
        if (request == null) {
            throw new ProtocolException("a reply is for no request: " + Long.toHexString(cookie));
        }
        return request;
    }

    private void simple(Request request, int error, long deadline) throws IOException {
        if (structured && !request.mayBeSimple()) {
            throw new ProtocolException("the reply to " + request + " is not structured, as was agreed");
        }
        if (error != 0) {
            request.fail(error, "");
        } else {
            request.simple(wire, deadline);
        }
    }

    private void chunk(Request request, int kind, int size, boolean last, long deadline) throws IOException {
        if (size < 0) {
            throw new ProtocolException(
                    "a chunk of a reply has a length of " + Integer.toUnsignedString(size) + " bytes");
        }
        if ((kind & ERROR) != 0) {
            request.errorChunk(size, wire, deadline, words);
        } else if (kind != NONE) {
            request.chunk(kind, size, wire, deadline);
        } else if (size != 0 || !last) {
            throw new ProtocolException("an empty chunk is not empty or not the last");
        }
    }
}
