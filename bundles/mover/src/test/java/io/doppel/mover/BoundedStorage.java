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

    MemoryStorage.Content content() {
        return content;
    }

    /** Opens it. */
    Storage open() {
        MemoryStorage memory = new MemoryStorage(content, false);
        return Hooked.instead(Storage.class, memory, (method, arguments, call) -> switch (method) {
            case "put" -> writer((ObjectWriter) call.call());
            case "delete" -> lagging() ? null : call.call();
            default -> call.call();
        });
    }

    private synchronized boolean lagging() {
        return deletesLag;
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
