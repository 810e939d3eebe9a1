package io.doppel.vault.internal.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A head of which the storage said neither yes nor no may turn up; what it lists stays listed. */
class LateHeadTest {
    @TempDir
    Path temp;

    private final MapStorage storage = new MapStorage();
    private final List<byte[]> late = new ArrayList<>();
    private VaultMeta meta;

    @BeforeEach
    void create() throws Exception {
        meta = Fixture.create(storage, temp.resolve("a"));
    }

    @AfterEach
    void close() {
        meta.close();
    }

    /** Publishes a version; its head is on its way for longer than anybody waits. */
    private void publishLate() {
        storage.hook = losing(Heads.name(1), late, storage);
        Fixture.assertCode(StorageError.IO, () -> Fixture.publish(meta));
        storage.hook = (operation, name) -> {};
    }

    private void turnsUp(byte[] head) {
        storage.objects.put(Heads.name(1), head);
    }

    @Test
    void itBecomesTheBaseOfTheNext() throws Exception {
        publishLate();
        turnsUp(late.get(0));
        Fixture.publish(meta);
        assertEquals(2, meta.head().versions().size());
        assertEquals(2, meta.head().generation());
    }

    @Test
    void soDoesTheFirstOfTwo() throws Exception {
        publishLate();
        publishLate();
        turnsUp(late.get(0));
        Fixture.publish(meta);
        assertEquals(2, meta.head().versions().size());
    }

    @Test
    void soDoesOneThatTurnsUpWhileTheNextIsPublished() throws Exception {
        publishLate();
        boolean[] up = {false};
        storage.hook = (operation, name) -> {
            if (operation.equals("list") && name.equals(Leases.FOLDER) && !up[0]) {
                up[0] = true;
                turnsUp(late.get(0));
            }
        };
        Fixture.publish(meta);
        assertTrue(up[0]);
        assertEquals(2, meta.head().versions().size());
    }

    @Test
    void theLeaseIsNotReleasedBeforeItIsKnownOfAnyOfThem() {
        publishLate();
        publishLate();
        meta.close();
        assertFalse(storage.objects.containsKey(Leases.releaseName(1)));
    }

    /** Takes a put away once it is done; the caller hears nothing of it. */
    private static MapStorage.Hook losing(String object, List<byte[]> lost, MapStorage at) {
        return new MapStorage.Hook() {
            @Override
            public void before(String operation, String name) {}

            @Override
            public void after(String operation, String name) throws DoppelException {
                if (operation.equals("put") && name.equals(object)) {
                    lost.add(at.objects.remove(name));
                    throw new DoppelException(StorageError.IO, "no answer");
                }
            }
        };
    }

    @Test
    void aHeadThatALaterLeaseMakesVoidIsNotKeptInMind() throws Exception {
        String recovery = new String(meta.recoveryKeyText());
        publishLate();
        MapStorage second = storage.view();
        MapStorage third = storage.view();
        List<byte[]> closing = new ArrayList<>();
        third.hook = losing(Leases.closingName(3), closing, third);
        Path folder = temp.resolve("b");
        second.hook = (operation, name) -> {
            // behind the second's own lease: the third looks, and does not see what the second then sees
            if (closing.isEmpty() && storage.objects.containsKey(Leases.name(2))) {
                Fixture.assertCode(
                        StorageError.IO,
                        () -> Fixture.open(third, temp.resolve("c"), Fixture.ALPHA, VaultAccess.TAKE_OVER, recovery));
                turnsUp(late.get(0));
            }
        };
        Fixture.assertCode(
                VaultError.LEASE_LOST,
                () -> Fixture.open(second, folder, Fixture.BETA, VaultAccess.TAKE_OVER, recovery));
        storage.objects.put(Leases.closingName(3), closing.get(0));
        try (VaultMeta reader = Fixture.open(second, folder, Fixture.BETA, VaultAccess.READ_ONLY, recovery)) {
            assertEquals(0, reader.head().generation());
        }
    }
}
