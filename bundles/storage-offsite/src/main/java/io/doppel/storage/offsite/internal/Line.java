package io.doppel.storage.offsite.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.StorageSpace;
import io.doppel.storage.offsite.wire.Frame;
import io.doppel.storage.offsite.wire.FrameInput;
import io.doppel.storage.offsite.wire.FrameOutput;
import io.doppel.storage.offsite.wire.ModuleError;
import io.doppel.storage.offsite.wire.ProtocolException;
import io.doppel.storage.offsite.wire.Refusal;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a module. For one thread at a time, but for {@link #close()}. After an {@link IOException} it is of no
 * more use; after a {@link DoppelException} of a refusal it is, unless {@link #spent()}.
 */
final class Line implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Line.class);

    private final Module module;
    private final SSLSocket socket;
    private final FrameInput in;
    private final FrameOutput out;
    private boolean readOnly;
    private Refusal refusal;
    private boolean waited;
    private long waitsSince;

    Line(Module module, SSLSocket socket) throws IOException {
        this.module = module;
        this.socket = socket;
        this.in = new FrameInput(socket.getInputStream(), Frame.MAX_FRAME);
        this.out = new FrameOutput(socket.getOutputStream());
    }

    void greet(byte[] token) throws IOException, DoppelException {
        out.begin(Frame.HELLO, 2 + token.length).u16(Frame.VERSION).bytes(token).end();
        try {
            answer(Frame.WELCOME);
        } catch (DoppelException e) {
            // What a module does not understand of the first frame can only be its version.
            throw refusal == Refusal.PROTOCOL ? otherVersion(e.what(), e) : e;
        }
        int version = in.u16();
        if (version != Frame.VERSION) {
            throw otherVersion(module.name() + " speaks version " + version + ", and we speak " + Frame.VERSION, null);
        }
        readOnly = (in.u8() & Frame.READ_ONLY) != 0;
        in.end();
    }

    private static DoppelException otherVersion(String what, DoppelException cause) {
        return new DoppelException(ModuleError.VERSION, what, cause);
    }

    boolean readOnly() {
        return readOnly;
    }

    /** Whether the module ends this connection after what it refused. */
    boolean spent() {
        return refusal == Refusal.PROTOCOL || refusal == Refusal.BUSY;
    }

    /** From now on it waits for work; {@link System#nanoTime()}. */
    void waitsSince(long nanos) {
        waitsSince = nanos;
        waited = true;
    }

    long waitsSince() {
        return waitsSince;
    }

    /** Whether it has waited for work, so that it may be gone without anybody having noticed. */
    boolean hasWaited() {
        return waited;
    }

    /** Begins an object. */
    void begin(byte[] attempt, String name) throws IOException {
        out.begin(Frame.PUT, attempt.length + FrameOutput.room(name))
                .bytes(attempt)
                .name(name)
                .end();
    }

    /** Adds bytes of an object, at most {@link Frame#MAX_BYTES}. */
    void bytes(byte[] buffer, int from, int length) throws IOException {
        out.begin(Frame.PUT_BYTES, length).bytes(buffer, from, length).end();
    }

    /** Ends an object; on return the module has answered. */
    void commit(long size) throws IOException, DoppelException {
        out.begin(Frame.COMMIT, 8).u64(size).end();
        answer(Frame.OK);
        in.end();
    }

    /** Gives an object up. */
    void drop() throws IOException {
        out.empty(Frame.DROP);
        out.flush();
    }

    /** Whether the attempt stored the object; if not, it never will. */
    boolean settle(byte[] attempt, String name) throws IOException, DoppelException {
        out.begin(Frame.SETTLE, attempt.length + FrameOutput.room(name))
                .bytes(attempt)
                .name(name)
                .end();
        answer(Frame.SETTLED);
        boolean stored = in.u8() == 1;
        in.end();
        return stored;
    }

    void read(String name, long offset, byte[] buffer, int from, int length) throws IOException, DoppelException {
        out.begin(Frame.READ, 12 + FrameOutput.room(name))
                .u64(offset)
                .u32(length)
                .name(name)
                .end();
        int done = 0;
        while (answer(Frame.READ_BYTES, Frame.END) == Frame.READ_BYTES) {
            int piece = in.left();
            if (piece > length - done) {
                throw new ProtocolException("The module sends more than was asked for");
            }
            in.bytes(buffer, from + done, piece);
            done += piece;
        }
        in.end();
        if (done < length) {
            throw new ProtocolException("The module sends less than was asked for");
        }
    }

    void list(String prefix, String after, Consumer<ObjectInfo> consumer) throws IOException, DoppelException {
        out.begin(Frame.LIST, FrameOutput.room(prefix) + FrameOutput.room(after))
                .name(prefix)
                .name(after)
                .end();
        while (answer(Frame.ENTRIES, Frame.END) == Frame.ENTRIES) {
            for (int count = in.u16(); count > 0; count--) {
                consumer.accept(info(in.name()));
            }
            in.end();
        }
        in.end();
    }

    Optional<ObjectInfo> stat(String name) throws IOException, DoppelException {
        out.begin(Frame.STAT, FrameOutput.room(name)).name(name).end();
        Optional<ObjectInfo> found =
                answer(Frame.INFO, Frame.ABSENT) == Frame.INFO ? Optional.of(info(name)) : Optional.empty();
        in.end();
        return found;
    }

    private ObjectInfo info(String name) throws ProtocolException {
        return new ObjectInfo(name, in.u63(), Instant.ofEpochMilli(in.u63()));
    }

    void condemn(String name) throws IOException, DoppelException {
        out.begin(Frame.CONDEMN, FrameOutput.room(name)).name(name).end();
        answer(Frame.OK);
        in.end();
    }

    StorageSpace space() throws IOException, DoppelException {
        out.empty(Frame.SPACE);
        answer(Frame.SPACE_IS);
        StorageSpace space = new StorageSpace(in.u63(), in.u63());
        in.end();
        return space;
    }

    private void answer(int wanted) throws IOException, DoppelException {
        answer(wanted, wanted);
    }

    /** Sends what is written, and reads the next frame, which must be of one of the types. */
    private int answer(int one, int other) throws IOException, DoppelException {
        out.flush();
        int type = in.next();
        if (type == Frame.ERROR) {
            refusal = Refusal.of(in.u8())
                    .orElseThrow(() -> new ProtocolException("The module sends an error that nobody knows"));
            String what = in.text();
            in.end();
            throw new DoppelException(refusal.error(), "The offsite module at " + module.name() + " says: " + what);
        }
        if (type != one && type != other) {
            throw new ProtocolException("The module sends a frame of type " + type + " out of turn");
        }
        return type;
    }

    @Override
    public void close() {
        try {
            // What TLS would still send to say farewell may wait for a peer that is gone.
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            LOG.debug("Cannot close a connection to {}: {}", module.name(), e.toString());
        }
    }
}
