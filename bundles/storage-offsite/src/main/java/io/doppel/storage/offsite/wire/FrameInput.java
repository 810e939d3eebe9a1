package io.doppel.storage.offsite.wire;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads frames. Every getter takes the next part of the body and fails with a {@link ProtocolException} if it is not there;
 * {@link #end()} checks that nothing is left. For one thread.
 */
public final class FrameInput {
    private static final int INITIAL = 8 << 10;
    private static final int HEAD = 4;

    private final InputStream in;
    private int limit;
    private byte[] frame = new byte[INITIAL];
    private ByteBuffer body = ByteBuffer.wrap(frame, 0, 0);

    /** @param limit length of a frame at most, until {@link #limit} */
    public FrameInput(InputStream in, int limit) {
        this.in = in;
        this.limit = limit;
    }

    /** Sets the length of a frame at most. */
    public void limit(int length) {
        limit = length;
    }

    /**
     * Reads the next frame, whole.
     *
     * @return its type
     * @throws EOFException if the stream ends before, in a frame or between two
     */
    public int next() throws IOException {
        fill(HEAD);
        int length = ByteBuffer.wrap(frame).getInt();
        if (length < 1 || length > limit) {
            throw new ProtocolException("A frame says that it has " + Integer.toUnsignedLong(length) + " bytes");
        }
        if (length > frame.length) {
            frame = new byte[Frame.MAX_FRAME];
        }
        fill(length);
        body = ByteBuffer.wrap(frame, 1, length - 1);
        return frame[0] & 0xff;
    }

    private void fill(int length) throws IOException {
        if (in.readNBytes(frame, 0, length) < length) {
            throw new EOFException("The connection ended");
        }
    }

    /** Bytes of the body that are left. */
    public int left() {
        return body.remaining();
    }

    /** A number of 8 bits. */
    public int u8() throws ProtocolException {
        return need(1).get() & 0xff;
    }

    /** A number of 16 bits. */
    public int u16() throws ProtocolException {
        return need(2).getShort() & 0xffff;
    }

    /** A number of 32 bits that must be below 2^31. */
    public int u31() throws ProtocolException {
        int value = need(4).getInt();
        if (value < 0) {
            throw new ProtocolException("A number is too large");
        }
        return value;
    }

    /** A number of 64 bits that must be below 2^63. */
    public long u63() throws ProtocolException {
        long value = need(8).getLong();
        if (value < 0) {
            throw new ProtocolException("A number is too large");
        }
        return value;
    }

    /** So many bytes, in a new array. */
    public byte[] bytes(int length) throws ProtocolException {
        need(length);
        byte[] bytes = new byte[length];
        body.get(bytes);
        return bytes;
    }

    /** Copies so many bytes. */
    public void bytes(byte[] to, int from, int length) throws ProtocolException {
        need(length).get(to, from, length);
    }

    /** A name as it was sent; it may break the rules for names. */
    public String name() throws ProtocolException {
        byte[] bytes = bytes(u16());
        for (byte b : bytes) {
            if (b < 0) {
                throw new ProtocolException("A name is not ASCII");
            }
        }
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    /** A text. */
    public String text() throws ProtocolException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes(u16())))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ProtocolException("A text is not UTF-8");
        }
    }

    /** Checks that the body ends here. */
    public void end() throws ProtocolException {
        if (body.hasRemaining()) {
            throw new ProtocolException("A frame is too long");
        }
    }

    private ByteBuffer need(int length) throws ProtocolException {
        if (body.remaining() < length) {
            throw new ProtocolException("A frame is too short");
        }
        return body;
    }
}
