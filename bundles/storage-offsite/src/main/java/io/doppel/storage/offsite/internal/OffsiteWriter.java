package io.doppel.storage.offsite.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.StorageError;
import io.doppel.storage.offsite.wire.Frame;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One object being put. What fits into one frame is kept until the commit, goes out in one packet and can be sent again on another
 * connection; what is larger has a connection of its own from the first full frame on. Locks, because closing the storage
 * aborts from another thread.
 */
final class OffsiteWriter implements ObjectWriter {
    private static final Logger LOG = LoggerFactory.getLogger(OffsiteWriter.class);
    private static final int FIRST = 8 << 10;
    private static final int ATTEMPT = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Lines lines;
    private final String name;
    private final Consumer<OffsiteWriter> ended;
    private byte[] held = new byte[FIRST];
    private int length;
    private long sent;
    private byte[] attempt;
    private Line line;
    private boolean open = true;

    OffsiteWriter(Lines lines, String name, Consumer<OffsiteWriter> ended) {
        this.lines = lines;
        this.name = name;
        this.ended = ended;
    }

    @Override
    public synchronized void write(byte[] buffer, int from, int count) throws DoppelException {
        Objects.checkFromIndexSize(from, count, buffer.length);
        checkOpen();
        for (int done = 0; done < count; ) {
            if (length == Frame.MAX_BYTES) {
                stream();
            }
            int piece = Math.min(count - done, Frame.MAX_BYTES - length);
            if (length + piece > held.length) {
                held = Arrays.copyOf(held, Math.min(Frame.MAX_BYTES, Math.max(2 * held.length, length + piece)));
            }
            System.arraycopy(buffer, from + done, held, length, piece);
            length += piece;
            done += piece;
        }
    }

    /** Sends what is held on the connection of this object, which is taken first if there is none. */
    private void stream() throws DoppelException {
        try {
            if (line == null) {
                attempt = newAttempt();
                line = lines.lend();
                line.begin(attempt, name);
            }
            line.bytes(held, 0, length);
            sent += length;
            length = 0;
        } catch (IOException e) {
            DoppelException lost = lines.unreachable(e);
            close();
            throw lost;
        }
    }

    @Override
    public synchronized void commit() throws DoppelException {
        checkOpen();
        lines.checkOpen();
        try {
            if (line == null) {
                commitHeld();
            } else {
                commitStreamed();
            }
        } finally {
            close();
        }
    }

    /** All in one packet, and again if it is sure that the packet before was not stored. */
    private void commitHeld() throws DoppelException {
        lines.repeat(one -> {
            byte[] mine = newAttempt();
            try {
                one.begin(mine, name);
                if (length > 0) {
                    one.bytes(held, 0, length);
                }
                one.commit(length);
            } catch (IOException e) {
                lines.drop(one);
                if (!settle(mine)) {
                    throw e;
                }
            }
            return null;
        });
    }

    private void commitStreamed() throws DoppelException {
        Line mine = line;
        line = null;
        try {
            mine.bytes(held, 0, length);
            mine.commit(sent + length);
            lines.give(mine);
        } catch (IOException e) {
            lines.drop(mine);
            if (!settle(attempt)) {
                throw new DoppelException(
                        StorageError.UNREACHABLE,
                        "The connection to the offsite module broke off, and object '" + name + "' was not stored",
                        e);
            }
        } catch (DoppelException e) {
            if (mine.spent()) {
                lines.drop(mine);
            } else {
                lines.give(mine);
            }
            throw e;
        }
    }

    /** Whether the attempt stored the object; if not it never will. */
    private boolean settle(byte[] mine) throws DoppelException {
        boolean stored = lines.repeat(other -> other.settle(mine, name));
        LOG.info(
                "The connection to the offsite module broke off at the end of object '{}', which was {}",
                name,
                stored ? "stored" : "not stored");
        return stored;
    }

    private static byte[] newAttempt() {
        byte[] made = new byte[ATTEMPT];
        RANDOM.nextBytes(made);
        return made;
    }

    private void checkOpen() throws DoppelException {
        if (!open) {
            throw new DoppelException(StorageError.IO, "The writer of object '" + name + "' is closed");
        }
    }

    @Override
    public synchronized void close() {
        if (!open) {
            return;
        }
        open = false;
        held = new byte[0];
        ended.accept(this);
        Line mine = line;
        line = null;
        if (mine == null) {
            return;
        }
        try {
            mine.drop();
            lines.give(mine);
        } catch (IOException e) {
            LOG.debug("Object '{}' was given up with its connection: {}", name, e.toString());
            lines.drop(mine);
        }
    }
}
