package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.GrantScope;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageCapabilities;
import io.doppel.spi.storage.StorageError;
import io.doppel.spi.storage.StorageGrant;
import io.doppel.spi.storage.StorageSpace;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/** One server's view of objects in memory, with a hook around each operation. */
public final class MapStorage implements Storage {
    /** What may happen around an operation; a failure thrown behind it leaves it done. */
    public interface Hook {
        void before(String operation, String name) throws DoppelException;

        default void after(String operation, String name) throws DoppelException {}
    }

    public final Map<String, byte[]> objects;
    public volatile Hook hook = (operation, name) -> {};

    /** An empty target. */
    public MapStorage() {
        this(new ConcurrentSkipListMap<>());
    }

    MapStorage(Map<String, byte[]> objects) {
        this.objects = objects;
    }

    /** Another server's view of the same objects. */
    public MapStorage view() {
        return new MapStorage(objects);
    }

    @Override
    public StorageCapabilities capabilities() {
        return new StorageCapabilities(false, false, 1, 1 << 20);
    }

    @Override
    public ObjectWriter put(String name) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        return new ObjectWriter() {
            @Override
            public void write(byte[] buffer, int from, int length) throws DoppelException {
                hook.before("write", name);
                bytes.write(buffer, from, length);
                hook.after("write", name);
            }

            @Override
            public void commit() throws DoppelException {
                hook.before("put", name);
                if (objects.putIfAbsent(name, bytes.toByteArray()) != null) {
                    throw new DoppelException(StorageError.EXISTS, name);
                }
                hook.after("put", name);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void read(String name, long offset, byte[] buffer, int from, int length) throws DoppelException {
        hook.before("read", name);
        byte[] object = objects.get(name);
        if (object == null) {
            throw new DoppelException(StorageError.NOT_FOUND, name);
        }
        if (offset + length > object.length) {
            throw new DoppelException(StorageError.TOO_SHORT, name);
        }
        System.arraycopy(object, (int) offset, buffer, from, length);
        hook.after("read", name);
    }

    @Override
    public void list(String prefix, Consumer<ObjectInfo> consumer) throws DoppelException {
        hook.before("list", prefix);
        objects.forEach((name, object) -> {
            if (prefix.isEmpty() || name.startsWith(prefix + "/")) {
                consumer.accept(new ObjectInfo(name, object.length, Instant.EPOCH));
            }
        });
        hook.after("list", prefix);
    }

    @Override
    public Optional<ObjectInfo> stat(String name) throws DoppelException {
        hook.before("stat", name);
        byte[] object = objects.get(name);
        hook.after("stat", name);
        return Optional.ofNullable(object).map(o -> new ObjectInfo(name, o.length, Instant.EPOCH));
    }

    @Override
    public void delete(String name) throws DoppelException {
        hook.before("delete", name);
        objects.remove(name);
        hook.after("delete", name);
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
