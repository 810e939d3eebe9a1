package io.doppel.offsite.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.offsite.OffsiteError;
import io.doppel.offsite.internal.alert.Alert;
import io.doppel.offsite.internal.alert.AlertKind;
import io.doppel.offsite.internal.store.Condemned;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.storage.offsite.wire.ModuleError;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is condemned stays for the window, by the module's running time, and comes back. */
class WindowTest {
    @TempDir
    Path folder;

    private Site site;
    private Map<String, String> settings;
    private Storage storage;

    @BeforeEach
    void open() throws Exception {
        site = new Site(folder);
        settings = site.add("client");
        storage = site.open(settings);
    }

    @AfterEach
    void close() throws Exception {
        storage.close();
        site.close();
    }

    private long condemned() throws Exception {
        return site.module.store("client").figures().condemnedObjects();
    }

    private void unlockAndReopen() throws Exception {
        Steps.fails(ModuleError.LOCKED, () -> storage.stat("a"));
        site.module.lock("client", false);
    }

    @Test
    void anUndoBringsBackWhatWasThereAndSetsAsideWhatCameSince() throws Exception {
        Steps.put(storage, "kept", "kept");
        Steps.put(storage, "gone", "gone");
        Steps.put(storage, "changed", "before");
        long good = site.module.store("client").figures().event();
        storage.delete("gone");
        storage.delete("changed");
        Steps.put(storage, "changed", "forged");
        Steps.put(storage, "new", "forged");
        assertEquals(Set.of("kept", "changed", "new"), Steps.names(storage));
        Steps.fails(OffsiteError.NO_EVENT, () -> site.module.undo("client", event() + 1));
        site.module.undo("client", good);
        unlockAndReopen();
        assertEquals(Set.of("kept", "gone", "changed"), Steps.names(storage));
        assertEquals("before", Steps.text(storage, "changed"));
        assertEquals("gone", Steps.text(storage, "gone"));
        assertEquals(2, condemned());
        // what was set aside has a window of its own, and so nothing is lost by an undo that was wrong
        site.run(Site.WINDOW.minusMinutes(1));
        assertEquals(2, condemned());
        site.run(Duration.ofMinutes(2));
        assertEquals(0, condemned());
        assertEquals("before", Steps.text(storage, "changed"));
    }

    @Test
    void anUndoToTheWrongEventIsUndoneByAnother() throws Exception {
        Steps.put(storage, "a", "1");
        long one = event();
        storage.delete("a");
        Steps.put(storage, "a", "2");
        long two = event();
        storage.delete("a");
        Steps.put(storage, "a", "3");
        long three = event();
        for (int round = 0; round < 2; round++) {
            site.module.undo("client", one);
            unlockAndReopen();
            assertEquals("1", Steps.text(storage, "a"));
            site.restart();
            site.module.undo("client", three);
            unlockAndReopen();
            assertEquals("3", Steps.text(storage, "a"));
            site.module.undo("client", two);
            unlockAndReopen();
            assertEquals("2", Steps.text(storage, "a"));
        }
        assertEquals(2, condemned());
    }

    private long event() throws Exception {
        return site.module.store("client").figures().event();
    }

    @Test
    void oneObjectComesBackAlone() throws Exception {
        Steps.put(storage, "a", "1");
        storage.delete("a");
        Steps.put(storage, "a", "2");
        Condemned first = site.module.store("client").condemned(10).get(0);
        assertEquals("a", first.name());
        Steps.fails(OffsiteError.NAME_IN_USE, () -> site.module.store("client").bringBack(first.id()));
        storage.delete("a");
        site.module.store("client").bringBack(first.id());
        assertEquals("1", Steps.text(storage, "a"));
    }

    @Test
    void bytesGoOnlyAfterTheWindow() throws Exception {
        Steps.put(storage, "a", new byte[100_000]);
        storage.delete("a");
        site.run(Site.WINDOW.minusSeconds(5));
        assertEquals(100_000, site.module.store("client").used());
        long good = event() - 1;
        site.run(Duration.ofSeconds(10));
        assertEquals(0, site.module.store("client").used());
        assertEquals(List.of(), site.module.store("client").condemned(9));
        Steps.fails(OffsiteError.TOO_LATE, () -> site.module.undo("client", good));
    }

    @Test
    void whileLockedNothingIsDeletedForGood() throws Exception {
        Steps.put(storage, "a", "1");
        storage.delete("a");
        site.module.lock("client", true);
        site.run(Site.WINDOW.multipliedBy(3));
        assertEquals(1, condemned());
        Steps.fails(ModuleError.LOCKED, () -> storage.list("", info -> {}));
        Steps.fails(ModuleError.LOCKED, () -> Steps.put(storage, "b", "1"));
        Steps.fails(ModuleError.LOCKED, () -> storage.delete("b"));
    }

    @Test
    void noSettingOfTheClockShortensTheWindow() throws Exception {
        Steps.put(storage, "a", "1");
        storage.delete("a");
        for (Duration set : List.of(Duration.ofDays(4000), Duration.ofDays(-8000), Duration.ofDays(400))) {
            site.day.addAndGet(set.toMillis());
            site.module.tick();
            assertEquals(1, condemned());
            assertTrue(alerts(AlertKind.CLOCK), set.toString());
            clearAlerts();
        }
        site.stop();
        site.day.addAndGet(Duration.ofDays(500).toMillis());
        site.start();
        site.module.tick();
        assertEquals(1, condemned());
        // the clock that nobody can set begins anew with a machine
        site.stop();
        site.nanos.addAndGet(Duration.ofDays(500).toNanos());
        site.start();
        site.module.tick();
        assertEquals(1, condemned());
        assertFalse(alerts(AlertKind.CLOCK));
        site.stop();
        site.day.addAndGet(Duration.ofDays(-600).toMillis());
        site.start();
        site.module.tick();
        assertTrue(alerts(AlertKind.CLOCK), "went back while it did not run");
        assertEquals(1, condemned());
    }

    private boolean alerts(AlertKind kind) {
        return site.module.alerts().list().stream().anyMatch(a -> a.kind() == kind);
    }

    private void clearAlerts() throws Exception {
        for (Alert alert : site.module.alerts().list()) {
            assertTrue(site.module.alerts().clear(alert.number()));
        }
    }

    @Test
    void runningTimeAddsUpOverRestarts() throws Exception {
        Steps.put(storage, "a", "1");
        storage.delete("a");
        for (int day = 0; day < 13; day++) {
            site.run(Duration.ofDays(1));
            site.restart();
            site.module.tick();
            assertEquals(1, condemned(), "day " + day);
        }
        site.run(Duration.ofDays(1));
        site.run(Duration.ofMinutes(1));
        assertEquals(0, condemned());
    }

    @Test
    void theTimeOfDayFindsTheEvent() throws Exception {
        Steps.put(storage, "a", "1");
        long before = event();
        site.run(Duration.ofHours(1));
        Instant between = Instant.ofEpochMilli(System.currentTimeMillis()
                + site.day.get()
                - Duration.ofMinutes(30).toMillis());
        storage.delete("a");
        assertEquals(before, site.module.store("client").eventBefore(between));
        site.day.addAndGet(-Duration.ofHours(3).toMillis());
        Steps.put(storage, "b", "1");
        Steps.fails(OffsiteError.UNCLEAR_TIME, () -> site.module.store("client").eventBefore(between));
    }

    @Test
    void theReserveOfAVaultGivesRoomAtOnce() throws Exception {
        Storage small = site.open(site.add("small", "", false, 3 << 20));
        Steps.put(small, "reserve/00", new byte[1 << 20]);
        Steps.put(small, "data/aa", new byte[2 << 20]);
        Steps.fails(StorageError.FULL, () -> Steps.put(small, "heads/1", new byte[1000]));
        small.delete("data/aa");
        Steps.fails(StorageError.FULL, () -> Steps.put(small, "heads/1", new byte[1000]));
        small.delete("reserve/00");
        Steps.put(small, "heads/1", new byte[1000]);
        assertEquals(1, site.module.store("small").figures().condemnedObjects());
        site.module.undo("small", 2);
        small.close();
    }

    @Test
    void aSecondClientReadsTheSameStore() throws Exception {
        Steps.put(storage, "a", "1");
        try (Storage reader = site.open(site.add("reader", "client", true, 0))) {
            assertTrue(reader.capabilities().readOnly());
            assertEquals("1", Steps.text(reader, "a"));
            Steps.fails(StorageError.READ_ONLY, () -> reader.delete("a"));
        }
        Steps.fails(OffsiteError.CLIENT_EXISTS, () -> site.module.removeClient("client", true));
        site.module.removeClient("reader", true);
        assertEquals("1", Steps.text(storage, "a"));
    }

    @Test
    void anAdminIsToldOfWhatLooksLikeAnAttack() throws Exception {
        for (int i = 0; i < 60; i++) {
            Steps.put(storage, "data/" + i, new byte[10]);
        }
        Steps.put(storage, "heads/0001", "h");
        Steps.put(storage, "heads/0002", "h");
        Steps.put(storage, "config", "c");
        storage.delete("heads/0001");
        site.run(Duration.ofMinutes(1));
        assertEquals(List.of(), site.module.alerts().list(), "a head that is pruned is nothing special");
        storage.delete("heads/0002");
        storage.delete("config");
        for (int i = 0; i < 55; i++) {
            storage.delete("data/" + i);
        }
        site.run(Duration.ofMinutes(1));
        assertTrue(alerts(AlertKind.NEWEST_HEAD));
        assertTrue(alerts(AlertKind.KEYS));
        assertTrue(alerts(AlertKind.MASS_CONDEMNATION));
        int before = site.module.alerts().list().size();
        site.restart();
        assertEquals(before, site.module.alerts().list().size());
        clearAlerts();
        site.restart();
        assertEquals(List.of(), site.module.alerts().list());
    }
}
