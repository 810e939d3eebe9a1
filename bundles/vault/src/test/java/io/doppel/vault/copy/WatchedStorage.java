package io.doppel.vault.copy;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.GrantScope;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageCapabilities;
import io.doppel.spi.storage.StorageError;
import io.doppel.spi.storage.StorageGrant;
import io.doppel.spi.storage.StorageSpace;
import io.doppel.vault.internal.meta.MapStorage;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Objects in memory: counts what goes over the wire in both directions, can be cut off for good after so many bytes as by a kill, and tells
 * of each piece that is written before it is.
 */
final class WatchedStorage implements Storage {
    /** What is there, whoever looks. */
    final MapStorage objects;

    final AtomicLong written = new AtomicLong();
    final AtomicLong read = new AtomicLong();

    /** Bytes that may be written before it is cut off. */
    private final AtomicLong left = new AtomicLong(Long.MAX_VALUE);

    private volatile boolean cut;
    volatile Watcher watcher = name -> {};

    /** Told of writes. */
    interface Watcher {
        void writes(String name) throws DoppelException;
    }

    WatchedStorage() {
        this(new MapStorage());
    }

    private WatchedStorage(MapStorage objects) {
        this.objects = objects;
    }

    /** The same objects over another wire. */
    WatchedStorage again() {
        return new WatchedStorage(objects);
    }

    void cutAfter(long bytes) {
        left.set(bytes);
    }

    boolean isCut() {
        return cut;
    }

    /** Over the wire by now. */
    long bytes() {
        return written.get() + read.get();
    }

    /** Bytes of all packs. */
    long packBytes() {
        return objects.objects.entrySet().stream()
                .filter(o -> o.getKey().startsWith("data/") || o.getKey().startsWith("tree/"))
                .mapToLong(o -> o.getValue().length)
                .sum();
    }

    private void alive() throws DoppelException {
        if (cut) {
            throw new DoppelException(StorageError.IO, "The wire is cut");
        }
    }

    @Override
    public StorageCapabilities capabilities() {
        return new StorageCapabilities(false, false, 8, 1 << 20);
    }

    @Override
    public ObjectWriter put(String name) throws DoppelException {
        alive();
        ObjectWriter real = objects.put(name);
        return new ObjectWriter() {
            @Override
            public void write(byte[] buffer, int from, int length) throws DoppelException {
                alive();
                watcher.writes(name);
                written.addAndGet(length);
                if (left.addAndGet(-length) < 0) {
                    cut = true;
                }
                alive();
                real.write(buffer, from, length);
            }

            @Override
            public void commit() throws DoppelException {
                alive();
                real.commit();
            }

            @Override
            public void close() {
                real.close();
            }
        };
    }

    @Override
    public void read(String name, long offset, byte[] buffer, int from, int length) throws DoppelException {
        alive();
        objects.read(name, offset, buffer, from, length);
        read.addAndGet(length);
    }

    @Override
    public void list(String prefix, Consumer<ObjectInfo> consumer) throws DoppelException {
        alive();
        objects.list(prefix, consumer);
    }

    @Override
    public Optional<ObjectInfo> stat(String name) throws DoppelException {
        alive();
        return objects.stat(name);
    }

    @Override
    public void delete(String name) throws DoppelException {
        alive();
        objects.delete(name);
    }

    @Override
    public Optional<StorageSpace> space() {
        return Optional.empty();
    }

    @Override
    public Optional<StorageGrant> grant(GrantScope scope, Duration timeToLive) {
        return Optional.empty();
    }

    @Override
    public void close() {}
}
