package io.doppel.tck;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.GrantScope;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageCapabilities;
import io.doppel.spi.storage.StorageGrant;
import io.doppel.spi.storage.StorageSpace;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** A storage that passes everything on. Tests override what shall be wrong, or be watched. */
public class ForwardingStorage implements Storage {
    private final Storage right;

    /** Passes everything on to that storage. */
    public ForwardingStorage(Storage right) {
        this.right = right;
    }

    /** Passes everything on to a storage in memory. */
    public ForwardingStorage(MemoryStorage.Content content, boolean readOnly) {
        this(new MemoryStorage(content, readOnly));
    }

    @Override
    public StorageCapabilities capabilities() {
        return right.capabilities();
    }

    @Override
    public ObjectWriter put(String name) throws DoppelException {
        return right.put(name);
    }

    @Override
    public void read(String name, long offset, byte[] buffer, int from, int length) throws DoppelException {
        right.read(name, offset, buffer, from, length);
    }

    @Override
    public void list(String prefix, Consumer<ObjectInfo> consumer) throws DoppelException {
        right.list(prefix, consumer);
    }

    @Override
    public Optional<ObjectInfo> stat(String name) throws DoppelException {
        return right.stat(name);
    }

    @Override
    public void delete(String name) throws DoppelException {
        right.delete(name);
    }

    @Override
    public Optional<StorageSpace> space() throws DoppelException {
        return right.space();
    }

    @Override
    public Map<String, String> facts() throws DoppelException {
        return right.facts();
    }

    @Override
    public Optional<StorageGrant> grant(GrantScope scope, Duration timeToLive) throws DoppelException {
        return right.grant(scope, timeToLive);
    }

    @Override
    public void close() {
        right.close();
    }

    /** A writer that passes everything on. */
    public static class Writer implements ObjectWriter {
        private final ObjectWriter right;

        /** Passes everything on to that writer. */
        public Writer(ObjectWriter right) {
            this.right = right;
        }

        @Override
        public void write(byte[] buffer, int from, int length) throws DoppelException {
            right.write(buffer, from, length);
        }

        @Override
        public void commit() throws DoppelException {
            right.commit();
        }

        @Override
        public void close() {
            right.close();
        }
    }
}
