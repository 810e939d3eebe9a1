package io.doppel.storage.cifs.internal.smb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The answer to one request, awaited by the thread that sent it and completed by the connection's reader. */
final class Reply {
    private static final int STATUS_AT = 8;
    private static final int SESSION_AT = 40;
    private static final int TREE_AT = 36;
    private static final int READ_DATA_AT = Frame.HEADER + 2;
    private static final int PATIENCE = 10;
    private static final int READ_LENGTH_AT = Frame.HEADER + 4;

    final int charge;
    final boolean signed;
    private final long limit;
    private final byte[] target;
    private final int from;
    private final int length;
    private volatile long since;
    private byte[] message;
    private int received;
    private SmbException failure;
    private boolean done;

    /**
     * @param limit how long to wait in ns, and again as long when the server says that it takes time
     * @param target where the data of a READ goes; null for everything else
     */
    Reply(int charge, boolean signed, long limit, byte[] target, int from, int length) {
        this.charge = charge;
        this.signed = signed;
        this.limit = limit;
        this.target = target;
        this.from = from;
        this.length = length;
        extend();
    }

    final void extend() {
        since = System.nanoTime();
    }

    /**
     * Whether it is of no use to wait longer: nothing at all was heard for the whole limit, or not this answer for ten times as long. A line
     * may be so slow that the data before takes longer than the limit.
     */
    boolean isLate(long now, long heard) {
        long waited = now - since;
        return Math.min(waited, now - heard) > limit || waited > PATIENCE * limit;
    }

    /** Takes a message that was checked. */
    void complete(byte[] array, int start, int size) throws SmbException {
        ByteBuffer in = ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN);
        boolean data = target != null && in.getInt(start + STATUS_AT) == SmbStatus.SUCCESS;
        int kept = size;
        if (data) {
            if (size < Frame.HEADER + 16) {
                throw SmbException.protocol("an answer is too short");
            }
            int at = in.get(start + READ_DATA_AT) & 0xFF;
            int count = in.getInt(start + READ_LENGTH_AT);
            if (count < 0 || count > length || at > size - count) {
                throw SmbException.protocol("an answer has other data than was asked for");
            }
            System.arraycopy(array, start + at, target, from, count);
            received = count;
            kept = Frame.HEADER;
        }
        finish(Arrays.copyOfRange(array, start, start + kept), null);
    }

    void fail(SmbException e) {
        finish(null, e);
    }

    private synchronized void finish(byte[] answer, SmbException e) {
        if (!done) {
            done = true;
            message = answer;
            failure = e;
            notifyAll();
        }
    }

    /** Waits. The reader completes every request within its limit, so this ends; interrupts wait until it has. */
    synchronized Reply await() throws SmbException {
        boolean interrupted = false;
        while (!done) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw failure.again();
        }
        return this;
    }

    /** Waits and throws unless the status is success or one of these. */
    Reply await(String doing, int... fine) throws SmbException {
        await();
        int status = status();
        if (status == SmbStatus.SUCCESS) {
            return this;
        }
        for (int one : fine) {
            if (one == status) {
                return this;
            }
        }
        throw SmbException.status(status, doing);
    }

    int status() {
        return buffer().getInt(STATUS_AT);
    }

    long session() {
        return buffer().getLong(SESSION_AT);
    }

    int tree() {
        return buffer().getInt(TREE_AT);
    }

    /** Bytes that came for a READ. */
    int received() {
        return received;
    }

    /** The whole message, header and body. */
    byte[] message() {
        return message;
    }

    /** The message, absolute positions counting from the header. */
    ByteBuffer buffer() {
        return ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The body, which must have at least so many bytes. */
    ByteBuffer body(int least) throws SmbException {
        if (message.length < Frame.HEADER + least) {
            throw SmbException.protocol("an answer is too short");
        }
        return buffer().position(Frame.HEADER).slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A part of the message that a field tells of. */
    ByteBuffer part(int offset, int size) throws SmbException {
        if (offset < 0 || size < 0 || offset > message.length - size) {
            throw SmbException.protocol("an answer tells of more than it has");
        }
        return ByteBuffer.wrap(message, offset, size).slice().order(ByteOrder.LITTLE_ENDIAN);
    }
}
