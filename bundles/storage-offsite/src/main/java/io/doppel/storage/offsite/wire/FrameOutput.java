package io.doppel.storage.offsite.wire;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Writes frames; what is small goes out together when it is flushed. For one thread. */
public final class FrameOutput {
    private static final int HEAD = 5;
    private static final int TEXT = 1000;

    private final OutputStream out;
    private final ByteBuffer buffer = ByteBuffer.allocate(Frame.MAX_BYTES + (32 << 10));
    private int start = -1;

    /** Writes to a stream that needs no buffer of its own. */
    public FrameOutput(OutputStream out) {
        this.out = out;
    }

    /** Begins a frame, of which {@code room} bytes of body are written at most. */
    public FrameOutput begin(int type, int room) throws IOException {
        if (start >= 0) {
            throw new IllegalStateException("A frame is open");
        }
        if (buffer.remaining() < HEAD + room) {
            flush();
        }
        start = buffer.position();
        buffer.putInt(0).put((byte) type);
        return this;
    }

    /** Ends the frame. */
    public void end() {
        buffer.putInt(start, buffer.position() - start - 4);
        start = -1;
    }

    /** A whole frame without a body. */
    public void empty(int type) throws IOException {
        begin(type, 0).end();
    }

    /** A number of 8 bits. */
    public FrameOutput u8(int value) {
        buffer.put((byte) value);
        return this;
    }

    /** A number of 16 bits. */
    public FrameOutput u16(int value) {
        buffer.putShort((short) value);
        return this;
    }

    /** A number of 32 bits. */
    public FrameOutput u32(int value) {
        buffer.putInt(value);
        return this;
    }

    /** A number of 64 bits. */
    public FrameOutput u64(long value) {
        buffer.putLong(value);
        return this;
    }

    /** Bytes. */
    public FrameOutput bytes(byte[] bytes, int from, int length) {
        buffer.put(bytes, from, length);
        return this;
    }

    /** Bytes, all of them. */
    public FrameOutput bytes(byte[] bytes) {
        return bytes(bytes, 0, bytes.length);
    }

    /** A name that keeps to the rules, or is empty. */
    public FrameOutput name(String name) {
        return u16(name.length()).bytes(name.getBytes(StandardCharsets.US_ASCII));
    }

    /** Bytes that a name takes. */
    public static int room(String name) {
        return 2 + name.length();
    }

    /** An ERROR frame; a long text is cut. */
    public void error(int code, String what) throws IOException {
        byte[] text = what.getBytes(StandardCharsets.UTF_8);
        if (text.length > TEXT) {
            text = what.substring(0, Math.min(what.length(), TEXT / 4)).getBytes(StandardCharsets.UTF_8);
        }
        begin(Frame.ERROR, 3 + text.length)
                .u8(code)
                .u16(text.length)
                .bytes(text)
                .end();
    }

    /** Sends what is written. */
    public void flush() throws IOException {
        if (start >= 0) {
            throw new IllegalStateException("A frame is open");
        }
        int length = buffer.position();
        buffer.clear();
        if (length > 0) {
            out.write(buffer.array(), 0, length);
        }
        out.flush();
    }
}
