package io.doppel.storage.cifs.internal.smb;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Appends to a file in the largest requests that the server takes, several in flight. Holds one request's data: a request that was sent is
 * in the sockets' buffers.
 */
public final class SmbWriter {
    private static final int IN_FLIGHT = 4;

    private final SmbShare share;
    private final SmbHandle handle;
    private final Frame frame;
    private final int capacity;
    private final Deque<Sent> flying = new ArrayDeque<>(IN_FLIGHT);
    private long position;
    private int filled;

    private record Sent(Reply reply, int length) {}

    SmbWriter(SmbShare share, SmbHandle handle) {
        this.share = share;
        this.handle = handle;
        this.frame = share.writeFrame();
        this.capacity = share.maxWrite();
    }

    /** Appends; the array may be used again on return. A failure may be that of an earlier write. */
    public void write(byte[] buffer, int from, int length) throws SmbException {
        int done = 0;
        while (done < length) {
            int piece = Math.min(length - done, capacity - filled);
            System.arraycopy(buffer, from + done, frame.bytes, SmbShare.writeDataAt() + filled, piece);
            filled += piece;
            done += piece;
            if (filled == capacity) {
                send();
            }
        }
    }

    /** Sends the rest and waits until the server has everything. */
    public void finish() throws SmbException {
        if (filled > 0) {
            send();
        }
        while (!flying.isEmpty()) {
            await();
        }
    }

    /** Bytes written so far. */
    public long size() {
        return position + filled;
    }

    private void send() throws SmbException {
        if (flying.size() == IN_FLIGHT) {
            await();
        }
        flying.add(new Sent(share.write(handle, frame, position, filled), filled));
        position += filled;
        filled = 0;
    }

    private void await() throws SmbException {
        Sent sent = flying.remove();
        int written = sent.reply().await("Write").body(16).getInt(4);
        if (written != sent.length()) {
            // A server that writes less than it was given has no room for the rest.
            throw SmbException.status(SmbStatus.DISK_FULL, "Write");
        }
    }
}
