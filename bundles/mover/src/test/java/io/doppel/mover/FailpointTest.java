package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.tck.FailpointStorage;
import io.doppel.tck.FailpointStorage.Effect;
import io.doppel.tck.FailpointStorage.Kind;
import io.doppel.tck.FailpointStorage.Operation;
import io.doppel.tck.FailpointStorage.When;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.Vault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * A fault before and after every single storage operation of a backup, from opening the vault to closing it: nothing that was
 * reported done is lost, and what was durable is not stored again.
 */
class FailpointTest {
    /** Frames of packs that there are more of because a run came in two parts. */
    private static final long FRAMES = 1024;

    @TempDir
    Path temp;

    /** What the process does with the fault. */
    private enum After {
        /** It dies in that moment. */
        DEATH,
        /** The operation fails, the process goes on and tries again. */
        RETRY,
        /** The operation fails, the process closes the vault in peace, and another one tries again. */
        RESTART;

        Effect effect() {
            return this == DEATH ? Effect.CRASH : Effect.FAIL;
        }
    }

    /** The {@code ordinal}-th operation of that kind in that folder; with several threads numbers alone would hit others. */
    private record Point(Kind kind, String folder, int ordinal, When side, After after) {
        Predicate<Operation> test() {
            int[] seen = {0};
            return o -> o.kind() == kind && o.folder().equals(folder) && seen[0]++ == ordinal;
        }

        boolean hidesACommitOfAPack() {
            boolean pack = folder.equals("data") || folder.equals("tree");
            return pack && kind == Kind.COMMIT && side == When.AFTER && after != After.DEATH;
        }
    }

    @TestFactory
    List<DynamicTest> anyFaultLeavesWhatWasDone() {
        DynamicTest full = DynamicTest.dynamicTest("a first full", () -> everywhere(0));
        DynamicTest all = DynamicTest.dynamicTest("reading everything again", () -> everywhere(1));
        DynamicTest changes = DynamicTest.dynamicTest("reading changes", () -> everywhere(2));
        return Boolean.getBoolean("doppel.failpoints.all") ? List.of(full, all, changes) : List.of(full, changes);
    }

    private void everywhere(int step) throws Exception {
        FaultStage stage = FaultStage.before(step, temp);
        Set<Point> points = points(stage.operations());
        List<Throwable> failures = new ArrayList<>();
        points.parallelStream().forEach(p -> {
            try {
                int runs = 0;
                while (!goThrough(stage, p)) {
                    assertTrue(++runs < 100, "the fault is never reached");
                }
            } catch (Exception | AssertionError e) {
                synchronized (failures) {
                    failures.add(new AssertionError(p + ": " + e.getMessage(), e));
                }
            }
        });
        failures.forEach(f -> f.printStackTrace(System.out));
        System.out.println("Step " + step + ": " + stage.operations().size() + " operations, " + points.size()
                + " faults; the whole run stores " + stage.full() + " bytes in packs");
        assertEquals(List.of(), failures.stream().map(Throwable::getMessage).toList());
        assertTrue(points.size() > 200, () -> points.size() + " faults");
    }

    private static Set<Point> points(List<Operation> operations) {
        Set<Point> points = new LinkedHashSet<>();
        Map<String, Integer> seen = new HashMap<>();
        for (Operation o : operations) {
            int ordinal = seen.merge(o.kind() + o.folder(), 1, Integer::sum) - 1;
            for (When side : When.values()) {
                for (After after : After.values()) {
                    points.add(new Point(o.kind(), o.folder(), ordinal, side, after));
                }
            }
        }
        return points;
    }

    /** Returns whether the fault was reached: what the threads do by turns can make one operation less. */
    private boolean goThrough(FaultStage stage, Point point) throws Exception {
        MemoryStorage.Content content = stage.content().copy();
        Path state = stage.copyOfState();
        Path atDeath = stage.newFolder();
        FailpointStorage storage = new FailpointStorage(new MemoryStorage(content, false))
                .failAt(point.test(), point.side(), point.after().effect())
                .onCrash(() -> copy(state, atDeath));
        List<String> done = new ArrayList<>();
        try (Vault vault = Rig.open(storage, state)) {
            tryBackup(stage, vault, point, done);
            if (point.after() == After.RETRY) {
                long lost = lost(point, content, storage);
                long durable = FaultStage.packs(content) - FaultStage.packs(stage.content()) - lost;
                long before = FaultStage.packs(content);
                done.add(stage.backup(vault));
                assertReuse(stage, durable, FaultStage.packs(content) - before);
            }
        } catch (DoppelException e) {
            assertEquals(StorageError.IO.id(), e.code().id(), e.getMessage());
        } catch (FailpointStorage.Crash e) {
            assertEquals(After.DEATH, point.after());
        }
        boolean died = point.after() == After.DEATH && storage.crashed();
        long lost = lost(point, content, storage);
        checkAfterwards(stage, content, died ? atDeath : state, done, lost);
        return storage.struck().isPresent();
    }

    /** Bytes of a pack that is there although the process was told otherwise; it must not rely on it. */
    private static long lost(Point point, MemoryStorage.Content content, FailpointStorage storage) {
        return point.hidesACommitOfAPack() && storage.struck().isPresent()
                ? content.bytes(storage.struck().orElseThrow().name()).orElseThrow().length
                : 0;
    }

    private static void tryBackup(FaultStage stage, Vault vault, Point point, List<String> done) {
        try {
            done.add(stage.backup(vault));
        } catch (DoppelException e) {
            String expected = point.after() == After.DEATH ? CommonError.INTERNAL.id() : StorageError.IO.id();
            assertEquals(expected, e.code().id(), e.getMessage());
        }
    }

    private static void checkAfterwards(
            FaultStage stage, MemoryStorage.Content content, Path state, List<String> done, long lost)
            throws Exception {
        MemoryStorage storage = new MemoryStorage(content, false);
        try (Vault vault = Rig.open(storage, state)) {
            assertSound(stage, vault, done);
            long before = FaultStage.packs(content);
            String next = stage.backup(vault);
            assertReuse(stage, before - FaultStage.packs(stage.content()) - lost, FaultStage.packs(content) - before);
            done.add(next);
        }
        try (Vault vault = Rig.open(storage, state)) {
            assertSound(stage, vault, done);
        }
    }

    /** What is listed restores, everything that was reported done is listed, and nothing else is wrong. */
    private static void assertSound(FaultStage stage, Vault vault, List<String> done) throws DoppelException {
        assertEquals(List.of(), vault.warnings());
        assertTrue(vault.versionIds().containsAll(stage.earlier().keySet()), "an earlier version is gone");
        assertTrue(vault.versionIds().containsAll(done), "a version that was reported done is gone");
        for (String id : vault.versionIds()) {
            Map<String, byte[]> expected = stage.earlier().getOrDefault(id, stage.disks());
            Map<String, byte[]> found = Machine.restore(vault, id);
            assertEquals(expected.keySet(), found.keySet());
            expected.forEach((key, bytes) -> assertArrayEquals(bytes, found.get(key), id));
        }
        var report = vault.verify(List.of(), (total, n) -> {}, Rig.NEVER);
        assertTrue(report.clean(), report::toString);
        assertEquals(Set.copyOf(vault.versionIds()), report.versions().keySet());
    }

    private static void assertReuse(FaultStage stage, long durable, long stored) {
        assertTrue(
                durable + stored <= stage.full() + FRAMES,
                () -> durable + " bytes were durable, and " + stored + " were stored again, of " + stage.full());
    }

    private static void copy(Path from, Path to) {
        try {
            FaultStage.copy(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
