package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Reads and writes small objects whole. Safe for several threads. */
final class ObjectIo {
    private static final int LARGEST = 256 << 20;

    private final Storage storage;

    ObjectIo(Storage storage) {
        this.storage = storage;
    }

    /** The object's bytes; {@code MISSING_OBJECT} if there is none. */
    byte[] read(String name) throws DoppelException {
        Optional<ObjectInfo> info = storage.stat(name);
        if (info.isEmpty()) {
            throw Problems.missing(name);
        }
        long size = info.get().size();
        if (size > LARGEST) {
            throw Problems.damaged(name, "it has " + size + " bytes");
        }
        byte[] bytes = new byte[(int) size];
        try {
            storage.read(name, 0, bytes, 0, bytes.length);
        } catch (DoppelException e) {
            if (e.is(StorageError.NOT_FOUND)) {
                throw Problems.missing(name);
            }
            if (e.is(StorageError.TOO_SHORT)) {
                throw Problems.damaged(name, "it is shorter than the target says");
            }
            throw e;
        }
        return bytes;
    }

    boolean exists(String name) throws DoppelException {
        return storage.stat(name).isPresent();
    }

    /** Puts a new object; a name that is taken is {@code StorageError.EXISTS}. */
    void put(String name, byte[] bytes) throws DoppelException {
        try (ObjectWriter out = storage.put(name)) {
            out.write(bytes, 0, bytes.length);
            out.commit();
        }
    }

    void delete(String name) throws DoppelException {
        storage.delete(name);
    }

    /** Names of the objects in a folder, without the folder, sorted. */
    List<String> list(String folder) throws DoppelException {
        ConcurrentLinkedQueue<String> names = new ConcurrentLinkedQueue<>();
        storage.list(folder, info -> names.add(info.name().substring(folder.length() + 1)));
        return names.stream().sorted().toList();
    }
}
