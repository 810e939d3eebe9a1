package io.doppel.storage.cifs.internal.smb;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A share, connected and logged in to; safe for several threads. Every failure that ends the connection makes it useless for good: whoever
 * has it opens another one. Paths have parts joined by backslashes, without one at the beginning; the share itself is the empty path.
 */
public final class SmbShare implements AutoCloseable {
    public static final int READ_DATA = 0x1;
    public static final int WRITE_DATA = 0x2;
    public static final int ADD_FILE = 0x2;
    public static final int ADD_FOLDER = 0x4;
    public static final int READ_ATTRIBUTES = 0x80;
    public static final int DELETE = 0x10000;
    public static final int SYNCHRONIZE = 0x100000;

    /** Others may read, write, delete and rename it. */
    public static final int SHARE_ALL = 7;

    /** Others may read it. */
    public static final int SHARE_READ = 1;

    /** Nobody else may open it. */
    public static final int SHARE_NONE = 0;

    public static final int OPEN = 1;
    public static final int CREATE_NEW = 2;

    public static final int ANY_KIND = 0;
    public static final int A_FOLDER = 0x1;
    public static final int A_FILE = 0x40;
    public static final int DELETE_ON_CLOSE = 0x1000;
    private static final int NOT_THROUGH_LINKS = 0x200000;

    private static final int ATTRIBUTE_FOLDER = 0x10;
    private static final int ATTRIBUTE_LINK = 0x400;
    private static final int IMPERSONATION = 2;
    private static final int INFO_FILE = 1;
    private static final int INFO_VOLUME = 2;
    private static final int CLASS_STANDARD = 5;
    private static final int CLASS_INTERNAL = 6;
    private static final int CLASS_RENAME = 10;
    private static final int CLASS_LINK = 11;
    private static final int CLASS_DISPOSITION = 13;
    private static final int CLASS_DIRECTORY = 1;
    private static final int CLASS_VOLUME = 1;
    private static final int CLASS_FULL_SIZE = 7;
    private static final int WRITE_HEADER = 48;
    private static final int IN_FLIGHT = 4;
    private static final int LISTING = 64 << 10;
    private static final int ENTRY_HEADER = 64;
    private static final int FLUSH_TIMES = 10;

    private final SmbConnection connection;
    private final Handshake.Agreed agreed;
    private final long limit;

    private SmbShare(SmbConnection connection, Handshake.Agreed agreed, long limit) {
        this.connection = connection;
        this.agreed = agreed;
        this.limit = limit;
    }

    /**
     * Connects, agrees on a dialect, logs in and connects to the share.
     *
     * @param password is not kept
     * @param previous {@link #session()} of a connection that was lost, or 0: the server ends it and closes what it has open
     */
    public static SmbShare connect(SmbTarget target, char[] password, long previous, SmbLimits limits)
            throws SmbException {
        SmbConnection connection =
                SmbConnection.open(target.server(), target.port(), limits.connectMs(), limits.answerMs());
        boolean ready = false;
        try {
            Handshake.Agreed agreed = new Handshake(connection, target).run(password, previous);
            ready = true;
            return new SmbShare(connection, agreed, TimeUnit.MILLISECONDS.toNanos(limits.answerMs()));
        } finally {
            if (!ready) {
                connection.close();
            }
        }
    }

    /** What is spoken. */
    public Dialect dialect() {
        return agreed.dialect();
    }

    /** Whether the share lets the user put files on it at all. */
    public boolean mayWrite() {
        return (agreed.rights() & ADD_FILE) != 0;
    }

    /** Whether all is encrypted. */
    public boolean isEncrypted() {
        return agreed.encrypted();
    }

    /** The server's id of the session. */
    public long session() {
        return agreed.session();
    }

    /** Bytes of one write. */
    public int maxWrite() {
        return agreed.maxWrite();
    }

    /** Whether it can be used, as far as is known. */
    public boolean isOpen() {
        return connection.isOpen();
    }

    /** How long ago the server was heard last, in ns; 0 while it has something to answer. */
    public long silence() {
        return connection.isIdle() ? connection.silence() : 0;
    }

    /** Asks the server for a sign of life. */
    public void echo(long limitMs) throws SmbException {
        Frame frame = new Frame(Frame.ECHO, 4);
        frame.body().putInt(4);
        connection
                .send(frame.ended(), 0, false, TimeUnit.MILLISECONDS.toNanos(limitMs), null, 0, 0)
                .await("Echo");
    }

    /**
     * Opens or makes a file or folder.
     *
     * @param access what is wanted of it
     * @param sharing what others may do meanwhile
     * @param how {@link #OPEN} or {@link #CREATE_NEW}
     * @param options what it must be, and {@link #DELETE_ON_CLOSE}
     */
    public SmbHandle open(String path, int access, int sharing, int how, int options) throws SmbException {
        byte[] name = utf16(path);
        Frame frame = new Frame(Frame.CREATE, 56 + Math.max(1, name.length));
        ByteBuffer body = frame.body();
        body.putShort((short) 57)
                .put((byte) 0)
                .put((byte) 0)
                .putInt(IMPERSONATION)
                .putLong(0)
                .putLong(0);
        body.putInt(access | SYNCHRONIZE | READ_ATTRIBUTES)
                .putInt(0)
                .putInt(sharing)
                .putInt(how);
        body.putInt(options | NOT_THROUGH_LINKS);
        body.putShort((short) (Frame.HEADER + 56))
                .putShort((short) name.length)
                .putInt(0)
                .putInt(0);
        if (name.length == 0) {
            body.put((byte) 0);
        }
        body.put(name);
        ByteBuffer answer = send(frame).await("Open " + path).body(80);
        int attributes = answer.getInt(56);
        return new SmbHandle(
                answer.getLong(64),
                answer.getLong(72),
                answer.getLong(48),
                answer.getLong(24),
                (attributes & ATTRIBUTE_FOLDER) != 0,
                (attributes & ATTRIBUTE_LINK) != 0);
    }

    /** Closes and waits until the server has. */
    public void close(SmbHandle handle) throws SmbException {
        startClose(handle, limit).await("Close");
    }

    /** Closes without waiting; a failure of it shows at the next request. */
    public void closeSoon(SmbHandle handle) throws SmbException {
        startClose(handle, limit);
    }

    private Reply startClose(SmbHandle handle, long within) throws SmbException {
        Frame frame = new Frame(Frame.CLOSE, 24);
        put(frame.body().putShort((short) 24).putShort((short) 0).putInt(0), handle);
        return connection.send(frame.ended(), agreed.tree(), false, within, null, 0, 0);
    }

    /** Has the server make a file's content, or a folder's entries, durable. Waits longer than for anything else. */
    public void flush(SmbHandle handle) throws SmbException {
        Frame frame = new Frame(Frame.FLUSH, 24);
        put(frame.body().putShort((short) 24).putShort((short) 0).putInt(0), handle);
        connection
                .send(frame.ended(), agreed.tree(), false, limit * FLUSH_TIMES, null, 0, 0)
                .await("Flush");
    }

    /** A writer to an open file, from its beginning on; for one thread. */
    public SmbWriter writer(SmbHandle handle) {
        return new SmbWriter(this, handle);
    }

    /**
     * Reads, with several requests in flight.
     *
     * @return bytes read, less than {@code length} only where the file ends
     */
    public int read(SmbHandle handle, long offset, byte[] buffer, int from, int length) throws SmbException {
        Deque<Part> flying = new ArrayDeque<>(IN_FLIGHT);
        int sent = 0;
        int total = 0;
        boolean more = true;
        try {
            while (sent < length && more || !flying.isEmpty()) {
                if (sent < length && more && flying.size() < IN_FLIGHT) {
                    int size = Math.min(agreed.maxRead(), length - sent);
                    flying.add(new Part(startRead(handle, offset + sent, buffer, from + sent, size), size, sent));
                    sent += size;
                    continue;
                }
                Part part = flying.remove();
                Reply reply = part.reply.await("Read", SmbStatus.END_OF_FILE, SmbStatus.BUFFER_OVERFLOW);
                if (more) {
                    total = part.at + reply.received();
                    if (reply.received() < part.size) {
                        // Less than was asked for, though it may not be the end: go on behind it.
                        more = false;
                    }
                }
            }
        } finally {
            // Nothing may be written to the caller's array later.
            for (Part part : flying) {
                settle(part.reply);
            }
        }
        if (total > 0 && total < length) {
            return total + read(handle, offset + total, buffer, from + total, length - total);
        }
        return total;
    }

    private record Part(Reply reply, int size, int at) {}

    private Reply startRead(SmbHandle handle, long offset, byte[] buffer, int from, int length) throws SmbException {
        Frame frame = new Frame(Frame.READ, 49).carries(length);
        ByteBuffer body = frame.body();
        body.putShort((short) 49)
                .put((byte) (Frame.HEADER + 16))
                .put((byte) 0)
                .putInt(length)
                .putLong(offset);
        put(body, handle)
                .putInt(0)
                .putInt(0)
                .putInt(0)
                .putShort((short) 0)
                .putShort((short) 0)
                .put((byte) 0);
        return connection.send(frame.ended(), agreed.tree(), false, limit, buffer, from, length);
    }

    private static void settle(Reply reply) {
        try {
            reply.await();
        } catch (SmbException e) {
            // What went wrong first is what is told.
            return;
        }
    }

    /**
     * Gives an open file one more name, which must not be taken: of several who try exactly one succeeds.
     *
     * @throws SmbException with OBJECT_NAME_COLLISION if the name is taken
     */
    public void link(SmbHandle handle, String name) throws SmbException {
        setName(handle, CLASS_LINK, name, "Link to " + name);
    }

    /**
     * Gives an open file another name. Servers look first whether the name is taken and rename then, so this is not exclusive where others
     * rename to the same name.
     */
    public void rename(SmbHandle handle, String name) throws SmbException {
        setName(handle, CLASS_RENAME, name, "Rename to " + name);
    }

    private void setName(SmbHandle handle, int kind, String name, String doing) throws SmbException {
        byte[] bytes = utf16(name);
        ByteBuffer data = ByteBuffer.allocate(Math.max(24, 20 + bytes.length)).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        data.putLong(0).putLong(0).putInt(bytes.length).put(bytes);
        setInfo(handle, kind, data.array(), doing);
    }

    /** Has the server delete a file, or an empty folder, when it is closed. */
    public void deleteOnClose(SmbHandle handle) throws SmbException {
        setInfo(handle, CLASS_DISPOSITION, new byte[] {1}, "Delete");
    }

    /** Deletes an open file and closes it, waiting so long; a server that does not answer is given up. */
    public void discard(SmbHandle handle, long limitMs) throws SmbException {
        long within = TimeUnit.MILLISECONDS.toNanos(limitMs);
        Reply deleted = startSetInfo(handle, CLASS_DISPOSITION, new byte[] {1}, within);
        Reply closed = startClose(handle, within);
        deleted.await("Delete");
        closed.await("Close");
    }

    private void setInfo(SmbHandle handle, int kind, byte[] data, String doing) throws SmbException {
        startSetInfo(handle, kind, data, limit).await(doing);
    }

    private Reply startSetInfo(SmbHandle handle, int kind, byte[] data, long within) throws SmbException {
        Frame frame = new Frame(Frame.SET_INFO, 32 + data.length);
        ByteBuffer body = frame.body();
        body.putShort((short) 33).put((byte) INFO_FILE).put((byte) kind).putInt(data.length);
        body.putShort((short) (Frame.HEADER + 32)).putShort((short) 0).putInt(0);
        put(body, handle).put(data);
        return connection.send(frame.ended(), agreed.tree(), false, within, null, 0, 0);
    }

    /** The number of an open file or folder, the same for all its names as long as it exists. */
    public long number(SmbHandle handle) throws SmbException {
        return query(handle, INFO_FILE, CLASS_INTERNAL, 8).getLong(0);
    }

    /** How many names an open file has. */
    public int names(SmbHandle handle) throws SmbException {
        return query(handle, INFO_FILE, CLASS_STANDARD, 24).getInt(16);
    }

    /** The serial number of the volume that an open file or folder is on. */
    public int volume(SmbHandle handle) throws SmbException {
        return query(handle, INFO_VOLUME, CLASS_VOLUME, 18).getInt(8);
    }

    /** Space of the volume in bytes: in all, and free for us. */
    public long[] space(SmbHandle handle) throws SmbException {
        ByteBuffer answer = query(handle, INFO_VOLUME, CLASS_FULL_SIZE, 32);
        long unit = (long) answer.getInt(24) * answer.getInt(28);
        return new long[] {answer.getLong(0) * unit, answer.getLong(8) * unit};
    }

    private ByteBuffer query(SmbHandle handle, int type, int kind, int least) throws SmbException {
        Frame frame = new Frame(Frame.QUERY_INFO, 41);
        ByteBuffer body = frame.body();
        body.putShort((short) 41)
                .put((byte) type)
                .put((byte) kind)
                .putInt(4096)
                .putShort((short) 0)
                .putShort((short) 0);
        body.putInt(0).putInt(0).putInt(0);
        put(body, handle).put((byte) 0);
        Reply reply = send(frame).await("Ask", SmbStatus.BUFFER_OVERFLOW);
        ByteBuffer answer = reply.body(8);
        int length = answer.getInt(4);
        if (length < least) {
            throw SmbException.protocol("an answer is too short");
        }
        return reply.part(answer.getShort(2) & 0xFFFF, length);
    }

    /** Tells the entries of an open folder, but for itself and the one above. Holds at most one answer of 64 KiB. */
    public void list(SmbHandle folder, Consumer<SmbEntry> consumer) throws SmbException {
        byte[] all = utf16("*");
        while (true) {
            Frame frame = new Frame(Frame.QUERY_DIRECTORY, 32 + all.length).carries(LISTING);
            ByteBuffer body = frame.body();
            body.putShort((short) 33).put((byte) CLASS_DIRECTORY).put((byte) 0).putInt(0);
            put(body, folder)
                    .putShort((short) (Frame.HEADER + 32))
                    .putShort((short) all.length)
                    .putInt(LISTING);
            body.put(all);
            Reply reply = send(frame).await("List", SmbStatus.NO_MORE_FILES, SmbStatus.NO_SUCH_FILE);
            if (reply.status() != SmbStatus.SUCCESS) {
                return;
            }
            ByteBuffer answer = reply.body(8);
            entries(reply.part(answer.getShort(2) & 0xFFFF, answer.getInt(4)), consumer);
        }
    }

    private static void entries(ByteBuffer data, Consumer<SmbEntry> consumer) throws SmbException {
        int at = 0;
        while (true) {
            if (at < 0 || at > data.limit() - ENTRY_HEADER) {
                throw SmbException.protocol("a listing is malformed");
            }
            int length = data.getInt(at + 60);
            if (length < 0 || length > data.limit() - at - ENTRY_HEADER) {
                throw SmbException.protocol("a listing is malformed");
            }
            byte[] name = new byte[length];
            data.get(at + ENTRY_HEADER, name);
            int attributes = data.getInt(at + 56);
            String text = new String(name, StandardCharsets.UTF_16LE);
            if (!text.equals(".") && !text.equals("..")) {
                consumer.accept(new SmbEntry(
                        text,
                        data.getLong(at + 40),
                        data.getLong(at + 24),
                        (attributes & ATTRIBUTE_FOLDER) != 0,
                        (attributes & ATTRIBUTE_LINK) != 0));
            }
            int next = data.getInt(at);
            if (next == 0) {
                return;
            }
            if (next < ENTRY_HEADER) {
                throw SmbException.protocol("a listing is malformed");
            }
            at += next;
        }
    }

    Frame writeFrame() {
        return new Frame(Frame.WRITE, WRITE_HEADER + agreed.maxWrite());
    }

    /** Sends a frame that has data behind room for the request. */
    Reply write(SmbHandle handle, Frame frame, long offset, int length) throws SmbException {
        ByteBuffer body = frame.body();
        body.putShort((short) 49)
                .putShort((short) (Frame.HEADER + WRITE_HEADER))
                .putInt(length)
                .putLong(offset);
        put(body, handle)
                .putInt(0)
                .putInt(0)
                .putShort((short) 0)
                .putShort((short) 0)
                .putInt(0);
        frame.endedAt(Frame.BODY + WRITE_HEADER + length).carries(length);
        return connection.send(frame, agreed.tree());
    }

    static int writeDataAt() {
        return Frame.BODY + WRITE_HEADER;
    }

    private Reply send(Frame frame) throws SmbException {
        return connection.send(frame.ended(), agreed.tree());
    }

    private static ByteBuffer put(ByteBuffer body, SmbHandle handle) {
        return body.putLong(handle.first()).putLong(handle.second());
    }

    private static byte[] utf16(String text) {
        return text.getBytes(StandardCharsets.UTF_16LE);
    }

    /** Breaks off what is in flight and leaves; the server closes what was open. */
    @Override
    public void close() {
        connection.close();
    }
}
