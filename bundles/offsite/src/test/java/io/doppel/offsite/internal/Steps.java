package io.doppel.offsite.internal;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.function.Executable;

/** Small steps of tests. */
final class Steps {
    private Steps() {}

    static void put(Storage storage, String name, String text) throws DoppelException {
        put(storage, name, text.getBytes(StandardCharsets.UTF_8));
    }

    static void put(Storage storage, String name, byte[] bytes) throws DoppelException {
        try (ObjectWriter writer = storage.put(name)) {
            writer.write(bytes, 0, bytes.length);
            writer.commit();
        }
    }

    static String text(Storage storage, String name) throws DoppelException {
        return new String(bytes(storage, name), StandardCharsets.UTF_8);
    }

    static byte[] bytes(Storage storage, String name) throws DoppelException {
        byte[] bytes = new byte[(int) storage.stat(name).orElseThrow().size()];
        storage.read(name, 0, bytes, 0, bytes.length);
        return bytes;
    }

    static Set<String> names(Storage storage) throws DoppelException {
        Set<String> names = new TreeSet<>();
        storage.list("", info -> names.add(info.name()));
        return names;
    }

    static Map<String, Long> sizes(Storage storage) throws DoppelException {
        Map<String, Long> sizes = new TreeMap<>();
        storage.list("", (ObjectInfo info) -> sizes.put(info.name(), info.size()));
        return sizes;
    }

    /** A condition that comes true by itself. */
    interface Condition {
        boolean holds() throws DoppelException;
    }

    /** Waits until a condition holds. */
    static void until(Condition condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < end, "it does not come true");
            Thread.sleep(5);
        }
    }

    static DoppelException fails(ErrorCode code, Executable step) {
        DoppelException e = assertThrows(DoppelException.class, step);
        assertTrue(e.is(code), () -> "expected " + code.id() + ", got " + e.getMessage());
        return e;
    }
}
