package io.doppel.tck;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.GrantScope;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.ObjectNames;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageCapabilities;
import io.doppel.spi.storage.StorageError;
import io.doppel.spi.storage.StorageGrant;
import io.doppel.spi.storage.StorageSpace;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/**
 * Objects in memory, exactly to the contract. What is durable lives in {@link Content}, which any number of storages can
 * have open, one after the other or at once: closing one and opening another on the same content is a restart.
 */
public final class MemoryStorage implements Storage {
    /** What a target holds. Safe for several threads. */
    public static final class Content {
        private final ConcurrentNavigableMap<String, Item> objects = new ConcurrentSkipListMap<>();

        /** Names of the objects, sorted; a copy. */
        public Set<String> names() {
            // one by one: a set is copied by its size, which others may change meanwhile
            Set<String> names = new TreeSet<>();
            objects.keySet().forEach(names::add);
            return names;
        }

        /** The bytes of an object, a copy; empty if there is none. For tests that damage objects. */
        public Optional<byte[]> bytes(String name) {
            return Optional.ofNullable(objects.get(name))
                    .map(item -> item.bytes().clone());
        }

        /** Puts any bytes under a name, over what was there. For tests that damage objects. */
        public void overwrite(String name, byte[] bytes) {
            objects.put(name, new Item(bytes.clone(), Instant.now()));
        }

        /** Drops an object. For tests that damage objects. */
        public void remove(String name) {
            objects.remove(name);
        }

        /** A copy that shares nothing that can change. */
        public Content copy() {
            Content copy = new Content();
            copy.objects.putAll(objects);
            return copy;
        }

        /** Sum of the sizes in bytes. */
        public long size() {
            return objects.values().stream()
                    .mapToLong(item -> item.bytes().length)
                    .sum();
        }
    }

    private record Item(byte[] bytes, Instant created) {}

    private static final int PREFERRED_READ = 1 << 20;

    private final Content content;
    private final boolean readOnly;
    private final Set<Writer> writers = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** A storage with content of its own, empty at the start. */
    public MemoryStorage() {
        this(new Content(), false);
    }

    /**
     * Opens content.
     *
     * @param readOnly whether every change is refused
     */
    public MemoryStorage(Content content, boolean readOnly) {
        this.content = Objects.requireNonNull(content);
        this.readOnly = readOnly;
    }

    /** What it holds. */
    public Content content() {
        return content;
    }

    @Override
    public StorageCapabilities capabilities() {
        return new StorageCapabilities(false, readOnly, 1, PREFERRED_READ);
    }

    @Override
    public ObjectWriter put(String name) throws DoppelException {
        ObjectNames.check(name);
        checkWritable();
        Writer writer = new Writer(name);
        writers.add(writer);
        return writer;
    }

    @Override
    public void read(String name, long offset, byte[] buffer, int from, int length) throws DoppelException {
        ObjectNames.check(name);
        checkOpen();
        Objects.checkFromIndexSize(from, length, buffer.length);
        if (offset < 0) {
            throw new IllegalArgumentException("offset " + offset);
        }
        Item item = content.objects.get(name);
        if (item == null) {
            throw new DoppelException(StorageError.NOT_FOUND, "Object '" + name + "' is not there");
        }
        if (length > item.bytes().length - offset) {
            throw new DoppelException(StorageError.TOO_SHORT, "Object '" + name + "' ends before");
        }
        System.arraycopy(item.bytes(), (int) offset, buffer, from, length);
    }

    @Override
    public void list(String prefix, Consumer<ObjectInfo> consumer) throws DoppelException {
        ObjectNames.checkPrefix(prefix);
        checkOpen();
        content.objects.forEach((name, item) -> {
            if (prefix.isEmpty() || name.equals(prefix) || name.startsWith(prefix + "/")) {
                consumer.accept(info(name, item));
            }
        });
    }

    @Override
    public Optional<ObjectInfo> stat(String name) throws DoppelException {
        ObjectNames.check(name);
        checkOpen();
        return Optional.ofNullable(content.objects.get(name)).map(item -> info(name, item));
    }

    @Override
    public void delete(String name) throws DoppelException {
        ObjectNames.check(name);
        checkWritable();
        content.objects.remove(name);
    }

    @Override
    public Optional<StorageSpace> space() throws DoppelException {
        checkOpen();
        return Optional.empty();
    }

    @Override
    public Optional<StorageGrant> grant(GrantScope scope, Duration timeToLive) {
        return Optional.empty();
    }

    @Override
    public void close() {
        closed = true;
        writers.forEach(Writer::close);
    }

    private static ObjectInfo info(String name, Item item) {
        return new ObjectInfo(name, item.bytes().length, item.created());
    }

    private void checkWritable() throws DoppelException {
        checkOpen();
        if (readOnly) {
            throw new DoppelException(StorageError.READ_ONLY, "The storage in memory is open for reading only");
        }
    }

    private void checkOpen() throws DoppelException {
        if (closed) {
            throw new DoppelException(StorageError.UNREACHABLE, "The storage in memory is closed");
        }
    }

    private final class Writer implements ObjectWriter {
        private final String name;
        /** Packs are large: nothing that grows by doubling. */
        private final Deque<byte[]> parts = new ArrayDeque<>();

        private int size;
        private boolean open = true;

        Writer(String name) {
            this.name = name;
        }

        @Override
        public synchronized void write(byte[] buffer, int from, int length) throws DoppelException {
            checkWriting();
            parts.add(Arrays.copyOfRange(buffer, from, from + length));
            size += length;
        }

        @Override
        public synchronized void commit() throws DoppelException {
            checkWriting();
            close();
            if (content.objects.putIfAbsent(name, new Item(joined(), Instant.now())) != null) {
                throw new DoppelException(StorageError.EXISTS, "Object '" + name + "' exists");
            }
        }

        private byte[] joined() {
            ByteBuffer all = ByteBuffer.allocate(size);
            while (!parts.isEmpty()) {
                all.put(parts.remove());
            }
            return all.array();
        }

        @Override
        public synchronized void close() {
            open = false;
            writers.remove(this);
        }

        private void checkWriting() throws DoppelException {
            if (!open) {
                throw new DoppelException(StorageError.IO, "The writer of object '" + name + "' is closed");
            }
        }
    }
}
