package io.doppel.offsite.internal.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.storage.local.LocalStorage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client cannot have more of, and that what it gave up or broke off is given back. */
class LimitsTest {
    private static final long QUOTA = 10_000;
    private static final int OBJECTS = 20;

    @TempDir
    Path temp;

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong attempts = new AtomicLong();
    private Storage own;
    private RunningTime time;
    private ClientStore store;

    @BeforeEach
    void open() throws Exception {
        own = LocalStorage.open(Files.createDirectory(temp.resolve("own")));
        time = new RunningTime(own, nanos::get, () -> 0);
        Files.createDirectory(temp.resolve("store"));
        openStore();
    }

    private void openStore() throws DoppelException {
        store = ClientStore.open(temp.resolve("store"), time, new Limits(QUOTA, OBJECTS, 0), (k, t) -> {});
    }

    @AfterEach
    void close() throws Exception {
        store.close();
        own.close();
    }

    private Put begin(String name, int size) {
        Put put = store.put(new Attempt(attempts.incrementAndGet(), 0), name);
        put.write(new byte[size], 0, size);
        return put;
    }

    private void put(String name, int size) throws DoppelException {
        try (Put put = begin(name, size)) {
            put.commit();
        }
    }

    private void isFull(String name, int size) {
        DoppelException e = assertThrows(DoppelException.class, () -> put(name, size));
        assertTrue(e.is(StorageError.FULL), e.getMessage());
    }

    @Test
    void theQuotaIsExactAndCondemnedBytesCount() throws Exception {
        put("a", 6_000);
        isFull("b", 4_001);
        put("b", 4_000);
        isFull("c", 1);
        assertEquals(0, store.space().free());
        store.condemn("a");
        isFull("c", 1);
        nanos.addAndGet(10_000_000_000L);
        assertEquals(6_000, store.purge(5_000));
        put("c", 6_000);
        assertEquals(QUOTA, store.used());
    }

    @Test
    void whatIsBeingReceivedCountsUntilItIsGivenUp() throws Exception {
        Set<Path> before = temporaryFiles();
        List<Put> open = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            open.add(begin("o/" + i, 1_000));
        }
        assertEquals(QUOTA, store.used());
        isFull("more", 1);
        for (Put put : open) {
            put.close();
        }
        assertEquals(0, store.used());
        put("more", 10_000);
        assertEquals(before, temporaryFiles(), "no half object is left on the disk");
    }

    private Set<Path> temporaryFiles() throws Exception {
        try (var files = Files.list(temp.resolve("store/.tmp"))) {
            return files.collect(Collectors.toSet());
        }
    }

    @Test
    void emptyObjectsAreBoundedByNumber() throws Exception {
        for (int i = 0; i < OBJECTS; i++) {
            put("o/" + i, 0);
        }
        isFull("more", 0);
        store.condemn("o/0");
        isFull("more", 0);
        nanos.addAndGet(10_000_000_000L);
        store.purge(5_000);
        put("more", 0);
    }

    @Test
    void longNamesCountSeveralTimes() throws Exception {
        String part = "n".repeat(99) + "/";
        String name = part.repeat(7);
        put(name + "a", 0);
        store.compact();
        store.close();
        openStore();
        put(name + "b", 0);
        put("short", 0);
        for (int i = 0; i < 3; i++) {
            put("o/" + i, 0);
        }
        isFull("more", 0);
        store.condemn(name + "a");
        nanos.addAndGet(10_000_000_000L);
        store.purge(5_000);
        for (int i = 0; i < 8; i++) {
            put("p/" + i, 0);
        }
        isFull("more", 0);
    }

    @Test
    void theDiskKeepsItsFloor() throws Exception {
        long free = own.space().orElseThrow().free();
        store.limits(new Limits(QUOTA, OBJECTS, 2 * free + (1L << 40)));
        assertEquals(0, store.space().free());
        isFull("a", 1);
        isFull("a", 0);
        store.limits(new Limits(QUOTA, OBJECTS, 0));
        put("a", 1);
        // what needs no room goes on
        store.limits(new Limits(QUOTA, OBJECTS, 2 * free + (1L << 40)));
        store.condemn("a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"reserve/00", "probe/0b1c/one"})
    void whatIsWorthNothingIsGoneAtOnce(String name) throws Exception {
        for (int i = 0; i < 25; i++) {
            put(name, 5_000);
            store.condemn(name);
        }
        assertEquals(0, store.used());
        assertEquals(0, store.figures().condemnedObjects());
        assertEquals(0, store.figures().deletedThrough(), "an undo is not kept from anything by that");
    }
}
