package io.doppel.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import java.util.Arrays;

/** An object too big for memory: each MiB of it differs, none is kept. */
final class BigObject {
    private static final int PIECE = 1 << 20;

    private final long size;

    BigObject(long size) {
        this.size = size;
    }

    void put(Storage storage, String name) throws DoppelException {
        try (ObjectWriter writer = storage.put(name)) {
            for (long at = 0; at < size; at += PIECE) {
                writer.write(StorageData.bytes(PIECE, at), 0, length(at));
            }
            writer.commit();
        }
    }

    void check(Storage storage, String name) throws DoppelException {
        assertEquals(size, storage.stat(name).map(ObjectInfo::size).orElse(-1L), "Storage.stat: size of a big object");
        byte[] buffer = new byte[PIECE];
        for (long at = 0; at < size; at += PIECE) {
            storage.read(name, at, buffer, 0, length(at));
            assertTrue(
                    Arrays.equals(buffer, 0, length(at), StorageData.bytes(PIECE, at), 0, length(at)),
                    "Storage.read: wrong bytes of a big object in the MiB at " + at);
        }
    }

    private int length(long at) {
        return (int) Math.min(PIECE, size - at);
    }
}
