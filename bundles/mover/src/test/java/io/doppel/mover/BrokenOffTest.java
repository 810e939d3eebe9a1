package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.tck.FailpointStorage;
import io.doppel.tck.FailpointStorage.Effect;
import io.doppel.tck.FailpointStorage.Kind;
import io.doppel.tck.FailpointStorage.When;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.Vault;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A backup that runs into a full target, or into an error of the process itself: what was stored stays and is used. */
class BrokenOffTest {
    private static final long FRAMES = 1024;
    private static final int POINTS = 14;

    @TempDir
    Path temp;

    @ParameterizedTest
    @CsvSource({"0, false", "0, true", "1, false", "1, true"})
    void aFullTargetIsToldAndWhatWasStoredIsReused(int step, boolean restart) throws Exception {
        FaultStage stage = FaultStage.before(step, temp);
        int full = 0;
        int reused = 0;
        for (int i = 0; i < POINTS; i++) {
            long room = stage.full() * i / (POINTS - 4);
            MemoryStorage.Content content = stage.content().copy();
            Path state = stage.copyOfState();
            FailpointStorage storage = new FailpointStorage(new MemoryStorage(content, false));
            List<String> done = new ArrayList<>();
            Vault vault = Rig.open(storage, state);
            storage.fullAfter(room);
            try {
                done.add(stage.backup(vault));
            } catch (DoppelException e) {
                assertEquals(StorageError.FULL.id(), e.code().id(), e.getMessage());
                assertTrue(e.code().advice().contains("Free space") && e.code().retryable());
                full++;
            }
            assertWhole(stage, vault, done);
            if (restart) {
                vault.close();
                vault = Rig.open(storage.fullAfter(Long.MAX_VALUE), state);
            }
            storage.fullAfter(Long.MAX_VALUE);
            long before = FaultStage.packs(content);
            long durable = before - FaultStage.packs(stage.content());
            done.add(stage.backup(vault));
            long stored = FaultStage.packs(content) - before;
            assertTrue(
                    durable + stored <= stage.full() + FRAMES,
                    () -> durable + " bytes were there, and " + stored + " were stored again, of " + stage.full());
            reused += durable > 0 && durable < stage.full() ? 1 : 0;
            assertWhole(stage, vault, done);
            vault.close();
        }
        assertTrue(full >= POINTS / 2, full + " times full");
        // how often depends on which thread met the full target first
        assertTrue(reused > 0, "never was only a part there");
    }

    private static void assertWhole(FaultStage stage, Vault vault, List<String> done) throws DoppelException {
        assertTrue(vault.versionIds().containsAll(stage.earlier().keySet()));
        assertTrue(vault.versionIds().containsAll(done));
        for (String id : vault.versionIds()) {
            Map<String, byte[]> found = Machine.restore(vault, id);
            stage.earlier()
                    .getOrDefault(id, stage.disks())
                    .forEach((k, bytes) -> assertArrayEquals(bytes, found.get(k)));
        }
        var report = vault.verify(List.of(), (total, n) -> {}, Rig.NEVER);
        assertTrue(report.clean(), report::toString);
    }

    @Test
    void anErrorOfTheProcessWhilePacksAreStoredPublishesNothing() throws Exception {
        FaultStage stage = FaultStage.before(0, temp);
        for (String folder : List.of("data", "tree")) {
            for (Kind kind : List.of(Kind.PUT, Kind.WRITE, Kind.COMMIT)) {
                MemoryStorage.Content content = stage.content().copy();
                FailpointStorage storage = new FailpointStorage(new MemoryStorage(content, false))
                        .failAt(o -> o.kind() == kind && o.folder().equals(folder), When.BEFORE, Effect.ERROR);
                try (Vault vault = Rig.open(storage, stage.copyOfState())) {
                    assertThrows(Throwable.class, () -> stage.backup(vault), () -> kind + " in " + folder);
                    assertFalse(storage.struck().isEmpty());
                    assertEquals(List.of(), vault.versionIds());
                    assertWhole(stage, vault, List.of(stage.backup(vault)));
                }
            }
        }
    }
}
