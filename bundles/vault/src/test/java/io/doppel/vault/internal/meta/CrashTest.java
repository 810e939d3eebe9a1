package io.doppel.vault.internal.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stops the server before and after every operation on the storage, then goes on with a new life. */
class CrashTest {
    @TempDir
    Path temp;

    @Test
    void everyPointOfCreatingPublishingAndClosing() throws Exception {
        int points = 0;
        for (boolean after : new boolean[] {false, true}) {
            boolean hit = true;
            for (int at = 1; hit; at++) {
                Failpoint failpoint = new Failpoint(at, after);
                goThrough(failpoint, "point " + at + (after ? " after" : " before"));
                hit = failpoint.hit;
                points++;
            }
        }
        assertTrue(points > 70, points + " points");
    }

    /** The life before ended badly too, so that the lease that we find is our own. */
    @Test
    void everyPointOfOpeningAfterACrash() throws Exception {
        int points = 0;
        for (boolean after : new boolean[] {false, true}) {
            boolean hit = true;
            for (int at = 1; hit; at++) {
                String point = "point " + at + (after ? " after" : " before");
                MapStorage storage = new MapStorage();
                Path folder = Files.createTempDirectory(temp, "crash");
                VaultMeta before = Fixture.create(storage, folder);
                String id = Fixture.publish(before);
                storage.hook = new Failpoint(1, false);
                before.close();
                Failpoint failpoint = new Failpoint(at, after);
                storage.hook = failpoint;
                try (VaultMeta meta = Fixture.attach(storage, folder)) {
                    assertTrue(meta.mayHaveStrays(), point);
                } catch (DoppelException e) {
                    assertEquals(StorageError.UNREACHABLE.id(), e.code().id(), point);
                }
                storage.hook = (operation, name) -> {};
                try (VaultMeta meta = Fixture.attach(storage, folder)) {
                    assertTrue(meta.head().lists(id), point);
                    assertEquals(List.of(), meta.verifyMeta(Fixture.NEVER), point);
                }
                hit = failpoint.hit;
                points++;
            }
        }
        assertTrue(points > 30, points + " points");
    }

    private void goThrough(Failpoint failpoint, String point) throws Exception {
        MapStorage storage = new MapStorage();
        Path folder = Files.createTempDirectory(temp, "crash");
        List<String> acknowledged = new ArrayList<>();
        storage.hook = failpoint;
        live(storage, folder, acknowledged);
        storage.hook = (operation, name) -> {};
        try (VaultMeta meta = storage.objects.containsKey("config")
                ? Fixture.attach(storage, folder)
                : Fixture.create(storage, folder)) {
            for (String id : acknowledged) {
                assertTrue(meta.head().lists(id), point);
            }
            for (HeadVersion version : meta.head().versions()) {
                assertEquals(version.id(), meta.version(version.id()).id(), point);
            }
            assertEquals(List.of(), meta.verifyMeta(Fixture.NEVER), point);
            String id = Fixture.publish(meta);
            assertTrue(meta.head().lists(id), point);
        }
        Fixture.attach(storage, folder).close();
    }

    private static void live(MapStorage storage, Path folder, List<String> acknowledged) {
        try (VaultMeta meta = Fixture.create(storage, folder)) {
            acknowledged.add(Fixture.publish(meta));
            acknowledged.add(Fixture.publish(meta));
        } catch (DoppelException e) {
            assertEquals(StorageError.UNREACHABLE.id(), e.code().id(), e.getMessage());
        }
    }
}
