package io.doppel.vault.internal.trial;

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
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Objects in memory, for the packs of one trial run. */
final class HeapStorage implements Storage {
    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();

    @Override
    public StorageCapabilities capabilities() {
        return new StorageCapabilities(false, false, 1, 1 << 20);
    }

    @Override
    public ObjectWriter put(String name) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        return new ObjectWriter() {
            @Override
            public void write(byte[] buffer, int from, int length) {
                content.write(buffer, from, length);
            }

            @Override
            public void commit() throws DoppelException {
                if (objects.putIfAbsent(name, content.toByteArray()) != null) {
                    throw new DoppelException(StorageError.EXISTS, "Object '" + name + "' exists");
                }
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void read(String name, long offset, byte[] buffer, int from, int length) throws DoppelException {
        byte[] content = objects.get(name);
        if (content == null) {
            throw new DoppelException(StorageError.NOT_FOUND, "Object '" + name + "' is not there");
        }
        if (offset + length > content.length) {
            throw new DoppelException(StorageError.TOO_SHORT, "Object '" + name + "' ends before");
        }
        System.arraycopy(content, (int) offset, buffer, from, length);
    }

    @Override
    public void list(String prefix, Consumer<ObjectInfo> consumer) {
        objects.keySet().stream().filter(n -> n.startsWith(prefix)).forEach(n -> consumer.accept(info(n)));
    }

    @Override
    public Optional<ObjectInfo> stat(String name) {
        return objects.containsKey(name) ? Optional.of(info(name)) : Optional.empty();
    }

    private ObjectInfo info(String name) {
        return new ObjectInfo(name, objects.get(name).length, Instant.EPOCH);
    }

    @Override
    public void delete(String name) {
        objects.remove(name);
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
    public void close() {
        objects.clear();
    }
}
