package io.doppel.mover;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.tck.MemoryStorage;

/**
 * A target of so many bytes, of objects and of what is being written. Nothing else takes room, and what is deleted or dropped
 * gives it back. Safe for several threads.
 */
final class BoundedStorage {
    private final MemoryStorage.Content content;
    private long capacity;
    private long writing;
    private boolean deletesLag;
    private Runnable whenFull = () -> {};
    private Runnable whenReserveGoes = () -> {};

    BoundedStorage(MemoryStorage.Content content, long capacity) {
        this.content = content;
        this.capacity = capacity;
    }

    /** One that has not a single byte free. */
    static BoundedStorage full(MemoryStorage.Content content) {
        return new BoundedStorage(content, content.size());
    }

    synchronized void capacity(long bytes) {
        capacity = bytes;
    }

    /** Whether what is deleted stays for now, listed and all. */
    synchronized void deletesLag(boolean lag) {
        deletesLag = lag;
    }

    /** What happens, once, after the target was found full and before the writer learns it. */
    synchronized void whenFull(Runnable action) {
        whenFull = action;
    }

    /** What happens, once, after a part of the reserve was deleted and before who deleted it learns that. */
    synchronized void whenReserveGoes(Runnable action) {
        whenReserveGoes = action;
    }

    MemoryStorage.Content content() {
        return content;
    }

    /** Opens it. */
    Storage open() {
        MemoryStorage memory = new MemoryStorage(content, false);
        return Hooked.instead(Storage.class, memory, (method, arguments, call) -> switch (method) {
            case "put" -> writer((ObjectWriter) call.call());
            case "delete" -> delete((String) arguments[0], call);
            default -> call.call();
        });
    }

    private Object delete(String name, Hooked.Call call) throws Exception {
        Runnable action = () -> {};
        synchronized (this) {
            if (deletesLag) {
                return null;
            }
            if (name.startsWith("reserve/")) {
                action = whenReserveGoes;
                whenReserveGoes = () -> {};
            }
        }
        Object result = call.call();
        action.run();
        return result;
    }

    private ObjectWriter writer(ObjectWriter real) {
        long[] mine = {0};
        return Hooked.instead(ObjectWriter.class, real, (method, arguments, call) -> {
            switch (method) {
                case "write" -> take(mine, (int) arguments[2]);
                case "commit", "close" -> giveBack(mine);
                default -> {}
            }
            return call.call();
        });
    }

    private void take(long[] mine, int length) throws DoppelException {
        Runnable action;
        synchronized (this) {
            if (content.size() + writing + length <= capacity) {
                writing += length;
                mine[0] += length;
                return;
            }
            action = whenFull;
            whenFull = () -> {};
        }
        action.run();
        throw new DoppelException(StorageError.FULL, "No byte is free");
    }

    private synchronized void giveBack(long[] mine) {
        writing -= mine[0];
        mine[0] = 0;
    }
}
