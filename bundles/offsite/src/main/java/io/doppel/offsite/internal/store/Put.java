package io.doppel.offsite.internal.store;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectNames;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.StorageError;
import io.doppel.storage.offsite.wire.Frame;

/** One object being received. What goes wrong is kept for the commit, and nothing more is taken. Locks against {@link #makeVoid}. */
public final class Put implements AutoCloseable {
    private final ClientStore store;
    private final Puts puts;
    private final Attempt attempt;
    private final String name;
    private ObjectWriter writer;
    private long id;
    private long size;
    private DoppelException failure;

    /** @param failure what is wrong with it from the start; null for nothing */
    Put(ClientStore store, Puts puts, Attempt attempt, String name, DoppelException failure) {
        this.store = store;
        this.puts = puts;
        this.attempt = attempt;
        this.name = name;
        this.failure = failure;
    }

    Attempt attempt() {
        return attempt;
    }

    /** Adds bytes; the array may be used again on return. */
    public synchronized void write(byte[] buffer, int from, int length) {
        if (failure != null) {
            return;
        }
        try {
            if (size + length > Frame.MAX_OBJECT) {
                throw new DoppelException(StorageError.FULL, "object '" + name + "' is larger than 16 GiB");
            }
            size += length;
            puts.received(length);
            store.checkRoom(length);
            begin();
            writer.write(buffer, from, length);
        } catch (DoppelException e) {
            fail(e);
        }
    }

    private void begin() throws DoppelException {
        if (writer == null) {
            ObjectNames.check(name);
            store.checkUnlocked();
            id = store.newId();
            writer = store.storage().put(ClientStore.path(id));
        }
    }

    /** Keeps the failure and gives the room back. */
    private void fail(DoppelException e) {
        failure = e;
        end();
    }

    /**
     * Gives the object its name; durable on return.
     *
     * @throws DoppelException what went wrong, now or before
     */
    public synchronized void commit() throws DoppelException {
        try {
            if (failure != null) {
                throw failure;
            }
            ObjectNames.check(name);
            store.checkRoom(0);
            begin();
            writer.commit();
            publish();
        } finally {
            close();
        }
    }

    private void publish() throws DoppelException {
        try {
            store.publish(attempt, name, id, size);
        } catch (DoppelException e) {
            // After any other failure the journal may have it; the next opening of the store looks.
            if (!e.is(StorageError.IO)) {
                store.storage().delete(ClientStore.path(id));
            }
            throw e;
        }
    }

    /** Whether it cannot be committed any more. */
    public synchronized boolean hasFailed() {
        return failure != null;
    }

    /** Bytes received. */
    public synchronized long size() {
        return size;
    }

    synchronized void makeVoid() {
        if (failure == null) {
            fail(new VoidException());
        }
    }

    private void end() {
        puts.received(-size);
        size = 0;
        if (writer != null) {
            writer.close();
        }
    }

    /** Gives the object up, unless it is committed. */
    @Override
    public synchronized void close() {
        puts.left(this);
        if (failure == null) {
            fail(new DoppelException(StorageError.IO, "object '" + name + "' was ended before"));
        }
    }
}
