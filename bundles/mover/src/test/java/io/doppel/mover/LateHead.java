package io.doppel.mover;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.tck.MemoryStorage;

/** A target that once says that a head could not be stored, and brings it to light later. */
final class LateHead {
    private final MemoryStorage real;
    private boolean armed;
    private String name;
    private byte[] bytes;

    LateHead(MemoryStorage real) {
        this.real = real;
    }

    void loseNextHead() {
        armed = true;
    }

    void turnUp() {
        if (bytes != null) {
            real.content().overwrite(name, bytes);
            bytes = null;
        }
    }

    Storage storage() {
        return Hooked.storage(real, (method, arguments, result) -> {
            boolean head = method.equals("put") && ((String) arguments[0]).startsWith("heads/");
            return head ? writer((String) arguments[0], (ObjectWriter) result) : result;
        });
    }

    private ObjectWriter writer(String object, ObjectWriter out) {
        return Hooked.over(ObjectWriter.class, out, (method, arguments, result) -> {
            if (armed && method.equals("commit")) {
                armed = false;
                name = object;
                bytes = real.content().bytes(object).orElseThrow();
                real.content().remove(object);
                throw new DoppelException(StorageError.IO, "The test lost '" + object + "'");
            }
            return result;
        });
    }
}
