package io.doppel.transport.nbd.internal;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;

/** Sends options and reads the replies to them. What a hostile server can send is bounded in size, number and time. */
final class Options {
    static final int EXPORT_NAME = 1;
    static final int ABORT = 2;
    static final int STARTTLS = 5;
    static final int GO = 7;
    static final int STRUCTURED_REPLY = 8;
    static final int LIST_META_CONTEXT = 9;
    static final int SET_META_CONTEXT = 10;

    static final int ACK = 1;
    static final int INFO = 3;
    static final int META_CONTEXT = 4;

    private static final long IHAVEOPT = 0x49484156454F5054L;
    private static final long REPLY = 0x3e889045565a9L;
    private static final int LONGEST_REPLY = 64 << 10;
    private static final int MOST_REPLIES = 1000;

    private final Wire wire;
    private final long deadline;

    /** A reply to an option; errors have negative types. */
    record Reply(int type, ByteBuffer data) {
        boolean isError() {
            return type < 0;
        }

        /** The kind of error: 1 for not supported and so on. */
        int error() {
            return type & 0xFFFF;
        }

        /** The rest of the data. */
        byte[] text() {
            byte[] text = new byte[data.remaining()];
            data.duplicate().get(text);
            return text;
        }
    }

    /** Takes the replies before the last. */
    interface Each {
        void reply(Reply reply) throws IOException;
    }

    Options(Wire wire, long deadline) {
        this.wire = wire;
        this.deadline = deadline;
    }

    /** Sends an option. */
    void send(int option, byte[] data) throws IOException {
        ByteBuffer message = ByteBuffer.allocate(16 + data.length);
        message.putLong(IHAVEOPT).putInt(option).putInt(data.length).put(data);
        wire.write(deadline, message.flip());
    }

    /** Sends an option and returns the final reply, which acknowledges or is an error. */
    Reply ask(int option, byte[] data, Each each) throws IOException {
        send(option, data);
        for (int i = 0; i < MOST_REPLIES; i++) {
            Reply reply = next(option);
            if (reply.isError() || reply.type() == ACK) {
                return reply;
            }
            each.reply(reply);
        }
        throw new ProtocolException("option " + option + " has more than " + MOST_REPLIES + " replies");
    }

    private Reply next(int option) throws IOException {
        ByteBuffer head = read(20);
        long magic = head.getLong();
        int replied = head.getInt();
        if (magic != REPLY || replied != option) {
            throw new ProtocolException("a reply to option " + option + " begins with the magic number "
                    + Long.toHexString(magic) + " and is for option " + replied);
        }
        int type = head.getInt();
        int length = head.getInt();
        if (length < 0 || length > LONGEST_REPLY) {
            throw new ProtocolException(
                    "a reply to option " + option + " has a length of " + Integer.toUnsignedString(length));
        }
        return new Reply(type, read(length));
    }

    /** Reads so many bytes. */
    ByteBuffer read(int length) throws IOException {
        byte[] bytes = new byte[length];
        wire.read(bytes, 0, length, deadline);
        return ByteBuffer.wrap(bytes);
    }
}
