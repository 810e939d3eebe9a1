package io.doppel.storage.cifs.internal.smb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A request as it goes over the wire, with room before it for the length and for the header of an encrypted message, so that data is copied
 * once only. Header and body: [MS-SMB2] 2.2.
 */
final class Frame {
    static final int NEGOTIATE = 0;
    static final int SESSION_SETUP = 1;
    static final int LOGOFF = 2;
    static final int TREE_CONNECT = 3;
    static final int TREE_DISCONNECT = 4;
    static final int CREATE = 5;
    static final int CLOSE = 6;
    static final int FLUSH = 7;
    static final int READ = 8;
    static final int WRITE = 9;
    static final int IOCTL = 11;
    static final int ECHO = 13;
    static final int QUERY_DIRECTORY = 14;
    static final int QUERY_INFO = 16;
    static final int SET_INFO = 17;

    static final int TRANSFORM = 52;
    static final int LENGTH = 4;
    static final int HEADER = 64;

    /** Where the header begins in the array. */
    static final int START = LENGTH + TRANSFORM;

    /** Where the body begins in the array. */
    static final int BODY = START + HEADER;

    private static final int MAGIC = 0x424D53FE;
    private static final int CREDIT = 64 << 10;

    final byte[] bytes;
    private final ByteBuffer buffer;
    private final int command;
    private int end;
    private int payload = 1;

    /** @param capacity bytes of the body at most */
    Frame(int command, int capacity) {
        this.command = command;
        this.bytes = new byte[BODY + capacity];
        this.buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        buffer.position(BODY);
    }

    /** Where the body is put, from its beginning. */
    ByteBuffer body() {
        return buffer.position(BODY);
    }

    /** Ends the body where the buffer stands. */
    Frame ended() {
        end = buffer.position();
        return this;
    }

    /** Ends the body at a place in the array. */
    Frame endedAt(int place) {
        end = place;
        return this;
    }

    /** Says how many bytes of data go along or come back at most, which is paid for with credits. */
    Frame carries(int data) {
        payload = Math.max(1, data);
        return this;
    }

    int command() {
        return command;
    }

    int end() {
        return end;
    }

    /** The credits that it takes where credits are counted by size. */
    int charge() {
        return (payload - 1) / CREDIT + 1;
    }

    void putHeader(int charge, int credits, int flags, long id, int tree, long session) {
        buffer.putInt(START, MAGIC)
                .putShort(START + 4, (short) HEADER)
                .putShort(START + 6, (short) charge)
                .putInt(START + 8, 0)
                .putShort(START + 12, (short) command)
                .putShort(START + 14, (short) credits)
                .putInt(START + 16, flags)
                .putInt(START + 20, 0)
                .putLong(START + 24, id)
                .putInt(START + 32, 0)
                .putInt(START + 36, tree)
                .putLong(START + 40, session)
                .putLong(START + 48, 0)
                .putLong(START + 56, 0);
    }

    /** The message alone, as it is hashed. */
    byte[] message() {
        return java.util.Arrays.copyOfRange(bytes, START, end);
    }
}
