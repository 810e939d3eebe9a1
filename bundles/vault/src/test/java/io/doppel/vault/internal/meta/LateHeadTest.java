package io.doppel.vault.internal.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
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
        storage.hook = new MapStorage.Hook() {
            @Override
            public void before(String operation, String name) {}

            @Override
            public void after(String operation, String name) throws DoppelException {
                if (operation.equals("put") && name.equals(Heads.name(1))) {
                    late.add(storage.objects.remove(name));
                    throw new DoppelException(StorageError.IO, "no answer");
                }
            }
        };
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
}
