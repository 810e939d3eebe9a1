package io.doppel.offsite.internal.net;

import io.doppel.api.error.DoppelException;
import io.doppel.offsite.internal.client.Client;
import io.doppel.offsite.internal.store.Attempt;
import io.doppel.offsite.internal.store.ClientStore;
import io.doppel.offsite.internal.store.LockedException;
import io.doppel.offsite.internal.store.Put;
import io.doppel.offsite.internal.store.VoidException;
import io.doppel.spi.listener.ListenerConnection;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.StorageError;
import io.doppel.spi.storage.StorageSpace;
import io.doppel.storage.offsite.wire.Frame;
import io.doppel.storage.offsite.wire.FrameInput;
import io.doppel.storage.offsite.wire.FrameOutput;
import io.doppel.storage.offsite.wire.ProtocolException;
import io.doppel.storage.offsite.wire.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection of a client that is known: its requests one after the other. */
final class Session implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);
    private static final int ENTRIES = 500;
    private static final int ATTEMPT = 16;
    private static final long STUCK_NANOS = 120_000_000_000L;

    private final Client client;
    private final ClientStore store;
    private final ListenerConnection connection;
    private final FrameInput in;
    private final FrameOutput out;
    private final LongSupplier nanos;
    private byte[] buffer = new byte[0];
    private Put put;
    private volatile long answeringSince;

    Session(
            Client client,
            ClientStore store,
            ListenerConnection connection,
            FrameInput in,
            FrameOutput out,
            LongSupplier nanos) {
        this.client = client;
        this.store = store;
        this.connection = connection;
        this.in = in;
        this.out = out;
        this.nanos = nanos;
    }

    String client() {
        return client.name();
    }

    /** Whether one answer has not been taken for two minutes. */
    boolean isStuck() {
        long since = answeringSince;
        return since != 0 && nanos.getAsLong() - since > STUCK_NANOS;
    }

    /** Serves until the peer goes. */
    void run() throws IOException {
        try {
            while (true) {
                int type = in.next();
                if (put != null) {
                    receive(type);
                } else {
                    request(type);
                }
            }
        } finally {
            if (put != null) {
                put.close();
            }
        }
    }

    private void flush() throws IOException {
        answeringSince = nanos.getAsLong() | 1;
        out.flush();
        answeringSince = 0;
    }

    private void receive(int type) throws IOException {
        switch (type) {
            case Frame.PUT_BYTES -> {
                int length = in.left();
                if (length < 1 || length > Frame.MAX_BYTES) {
                    throw new ProtocolException("BYTES has " + length + " bytes");
                }
                buffer(length);
                in.bytes(buffer, 0, length);
                put.write(buffer, 0, length);
            }
            case Frame.COMMIT -> {
                long size = in.u63();
                in.end();
                commit(size);
            }
            case Frame.DROP -> {
                in.end();
                put.close();
                put = null;
            }
            default -> throw new ProtocolException("a frame of type " + type + " in the middle of an object");
        }
    }

    private void commit(long size) throws IOException {
        Put ended = put;
        put = null;
        try (ended) {
            if (!ended.hasFailed() && ended.size() != size) {
                throw new ProtocolException("COMMIT says " + size + " bytes, and there were " + ended.size());
            }
            ended.commit();
            out.empty(Frame.OK);
        } catch (DoppelException e) {
            refuse(e);
        }
        flush();
    }

    private void request(int type) throws IOException {
        try {
            switch (type) {
                case Frame.PUT -> {
                    Attempt attempt = Attempt.of(in.bytes(ATTEMPT));
                    String name = in.name();
                    in.end();
                    put = client.readOnly() ? store.refused(readOnly()) : store.put(attempt, name);
                    return;
                }
                case Frame.SETTLE -> {
                    Attempt attempt = Attempt.of(in.bytes(ATTEMPT));
                    String name = name();
                    // It has put nothing, and would push out what the module remembers of those that did.
                    checkWritable();
                    boolean stored = store.settle(attempt, name);
                    out.begin(Frame.SETTLED, 1).u8(stored ? 1 : 0).end();
                }
                case Frame.READ -> read();
                case Frame.LIST -> list();
                case Frame.STAT -> stat();
                case Frame.CONDEMN -> {
                    String name = name();
                    checkWritable();
                    store.condemn(name);
                    out.empty(Frame.OK);
                }
                case Frame.SPACE -> {
                    in.end();
                    StorageSpace space = store.space();
                    out.begin(Frame.SPACE_IS, 16)
                            .u64(space.total())
                            .u64(space.free())
                            .end();
                }
                default -> throw new ProtocolException("a frame of type " + type + " is no request");
            }
        } catch (DoppelException e) {
            refuse(e);
        }
        flush();
    }

    /** The name that ends a body. */
    private String name() throws ProtocolException {
        String name = in.name();
        in.end();
        return name;
    }

    private void read() throws IOException, DoppelException {
        long offset = in.u63();
        int length = in.u31();
        String name = name();
        if (length > Frame.MAX_READ) {
            throw new ProtocolException("READ of " + length + " bytes");
        }
        ClientStore.Reader reader = store.reader(name, offset, length);
        buffer(Math.min(length, Frame.MAX_BYTES));
        for (int done = 0; done < length; ) {
            int piece = Math.min(Frame.MAX_BYTES, length - done);
            reader.read(offset + done, buffer, 0, piece);
            out.begin(Frame.READ_BYTES, piece).bytes(buffer, 0, piece).end();
            flush();
            done += piece;
        }
        out.empty(Frame.END);
    }

    private void list() throws IOException, DoppelException {
        String prefix = in.name();
        String after = name();
        List<ObjectInfo> some = new ArrayList<>(ENTRIES);
        try {
            store.list(prefix, after, info -> {
                some.add(info);
                if (some.size() == ENTRIES) {
                    entries(some);
                }
            });
            entries(some);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        out.empty(Frame.END);
    }

    private void entries(List<ObjectInfo> some) {
        if (some.isEmpty()) {
            return;
        }
        try {
            int room = some.stream()
                    .mapToInt(info -> FrameOutput.room(info.name()) + 16)
                    .sum();
            if (room + 2 > Frame.MAX_BYTES && some.size() > 1) {
                entries(new ArrayList<>(some.subList(0, some.size() / 2)));
                entries(new ArrayList<>(some.subList(some.size() / 2, some.size())));
            } else {
                out.begin(Frame.ENTRIES, 2 + room).u16(some.size());
                for (ObjectInfo info : some) {
                    out.name(info.name()).u64(info.size()).u64(info.created().toEpochMilli());
                }
                out.end();
                flush();
            }
            some.clear();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void stat() throws IOException, DoppelException {
        Optional<ObjectInfo> found = store.stat(name());
        if (found.isPresent()) {
            out.begin(Frame.INFO, 16)
                    .u64(found.get().size())
                    .u64(found.get().created().toEpochMilli())
                    .end();
        } else {
            out.empty(Frame.ABSENT);
        }
    }

    private void buffer(int length) {
        if (buffer.length < length) {
            buffer = new byte[Math.max(length, Math.min(Frame.MAX_BYTES, 2 * buffer.length))];
        }
    }

    private void checkWritable() throws DoppelException {
        if (client.readOnly()) {
            throw readOnly();
        }
    }

    private static DoppelException readOnly() {
        return new DoppelException(StorageError.READ_ONLY, "this client may only read");
    }

    /** Tells the client why not; what is the module's own fault is told to the log as well. */
    private void refuse(DoppelException e) throws IOException {
        Refusal refusal = refusal(e);
        if (refusal == Refusal.IO) {
            LOG.warn("A request of client '{}' failed: {}", client.name(), e.getMessage());
        }
        out.error(refusal.code(), refusal == Refusal.IO ? "the module's disk failed, see its log" : e.what());
    }

    private static Refusal refusal(DoppelException e) {
        if (e instanceof LockedException) {
            return Refusal.LOCKED;
        }
        if (e instanceof VoidException) {
            return Refusal.VOID;
        }
        return Stream.of(StorageError.values())
                .filter(e::is)
                .findFirst()
                .map(Refusal::of)
                .orElse(Refusal.IO);
    }

    @Override
    public void close() {
        connection.close();
    }
}
