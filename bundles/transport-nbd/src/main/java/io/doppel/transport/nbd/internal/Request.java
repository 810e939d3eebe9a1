package io.doppel.transport.nbd.internal;

import io.doppel.api.error.DoppelException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;

/** A request that is sent once. What its reply holds is taken by whichever thread reads the connection. */
class Request {
    private static final int MAGIC = 0x25609513;
    private static final int LONGEST_ERROR = 64 << 10;

    private final int type;
    private final int flags;
    private final long offset;
    private final int length;
    private int error;
    private String said = "";
    private boolean done;
    private Call call;

    /** A request whose reply says only whether it succeeded. */
    Request(int type, int flags, long offset, int length) {
        this.type = type;
        this.flags = flags;
        this.offset = offset;
        this.length = length;
    }

    long offset() {
        return offset;
    }

    int length() {
        return length;
    }

    /** The message, the payload included. */
    ByteBuffer[] message(long cookie) {
        ByteBuffer head = ByteBuffer.allocate(28);
        head.putInt(MAGIC).putShort((short) flags).putShort((short) type);
        head.putLong(cookie).putLong(offset).putInt(length).flip();
        return new ByteBuffer[] {head};
    }

    /** Takes a chunk of a structured reply that is no error: exactly {@code size} bytes of the wire. */
    void chunk(int kind, int size, Wire wire, long deadline) throws IOException {
        throw new ProtocolException("a reply to " + this + " has a chunk of type " + kind);
    }

    /** Takes what follows a simple reply that is no error. */
    void simple(Wire wire, long deadline) throws IOException {}

    /** Whether a simple reply will do although structured ones were agreed. */
    boolean mayBeSimple() {
        return true;
    }

    /** Checks that the reply is complete. */
    void checkComplete() throws IOException {}

    /** Takes an error chunk. */
    final void errorChunk(int size, Wire wire, long deadline, ServerText words) throws IOException {
        if (size < 6 || size > LONGEST_ERROR) {
            throw new ProtocolException("an error in reply to " + this + " has a length of " + size);
        }
        byte[] data = new byte[size];
        wire.read(data, 0, size, deadline);
        ByteBuffer in = ByteBuffer.wrap(data);
        int number = in.getInt();
        int characters = in.getShort() & 0xFFFF;
        if (number == 0 || characters > in.remaining()) {
            throw new ProtocolException("an error in reply to " + this + " contradicts itself");
        }
        byte[] text = new byte[characters];
        in.get(text);
        fail(number, words.of(text));
    }

    /** The first error counts. */
    final void fail(int number, String text) {
        if (error == 0) {
            error = number;
            said = text;
        }
    }

    final boolean failed() {
        return error != 0;
    }

    /** The server's error, 0 if it succeeded. */
    final int error() {
        return error;
    }

    final DoppelException failure(NbdTarget target) {
        return Failures.failed(target, toString(), error, said);
    }

    final void begin(Call of) {
        call = of;
    }

    final Call call() {
        return call;
    }

    final void end() {
        done = true;
    }

    final boolean isDone() {
        return done;
    }

    @Override
    public String toString() {
        String name = switch (type) {
            case Proto.READ -> "Reading ";
            case Proto.WRITE -> "Writing ";
            case Proto.FLUSH -> "Flushing ";
            case Proto.WRITE_ZEROES -> "Zeroing ";
            case Proto.BLOCK_STATUS -> "The block status of ";
            default -> "Request " + type + " of ";
        };
        return name + length + " bytes at " + offset;
    }
}
