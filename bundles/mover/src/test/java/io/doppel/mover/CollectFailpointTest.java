package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.tck.FailpointStorage;
import io.doppel.tck.FailpointStorage.Effect;
import io.doppel.tck.FailpointStorage.When;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.CollectOptions;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A fault before and after every single storage operation of a removal and a collection, from opening the vault to closing it: no
 * version that is listed loses anything, none that is held is removed, none comes back, and the next collection ends what this one began.
 */
class CollectFailpointTest {
    @TempDir
    Path temp;

    private final MemoryStorage first = new MemoryStorage();
    private final Map<String, byte[]> kept = new LinkedHashMap<>();
    private final List<String> removed = new ArrayList<>();
    private String held;
    private Path state;
    private byte[] last;

    private void stage() throws Exception {
        state = Files.createTempDirectory(temp, "stage");
        Rig.create(first, state).close();
        byte[] disk = Bytes.made(7, 900_001);
        for (int i = 0; i < 4; i++) {
            try (Vault vault = Rig.open(first, state)) {
                String id = Rig.backup(vault, new Bytes(disk)).id();
                if (i % 2 == 0) {
                    removed.add(id);
                } else {
                    kept.put(id, disk);
                }
            }
            last = disk;
            disk = disk.clone();
            Arrays.fill(disk, i * 200_000, i * 200_000 + 150_000, (byte) (i + 1));
            byte[] noise = Bytes.made(i, 120_000);
            System.arraycopy(noise, 0, disk, i * 150_000 + 40_000, noise.length);
        }
        held = kept.keySet().iterator().next();
        try (Vault vault = Rig.open(first, state)) {
            vault.holds().add(held, "for ever");
        }
    }

    private void purge(Vault vault, List<String> ids) throws DoppelException {
        assertHeld(vault);
        List<String> there = ids.stream().filter(vault.versionIds()::contains).toList();
        if (!there.isEmpty()) {
            vault.remove(there);
        }
        vault.collect(new CollectOptions(0, 0), (phase, total, done) -> {}, Rig.NEVER);
    }

    private void assertHeld(Vault vault) throws DoppelException {
        try {
            vault.remove(List.of(held));
        } catch (DoppelException e) {
            if (e.is(VaultError.ON_HOLD)) {
                return;
            }
            throw e;
        }
        throw new AssertionError("a version that is held was removed");
    }

    @Test
    void anyFaultLeavesTheVaultWhole() throws Exception {
        stage();
        MemoryStorage.Content content = first.content().copy();
        FailpointStorage counting = new FailpointStorage(new MemoryStorage(content, false));
        try (Vault vault = Rig.open(counting, copy(state))) {
            purge(vault, removed);
        }
        List<FailpointStorage.Operation> operations = counting.operations();
        long smallest = FaultStage.packs(content);
        assertTrue(smallest < FaultStage.packs(first.content()));
        List<Point> points = points(operations);
        List<String> failures = new CopyOnWriteArrayList<>();
        points.parallelStream().forEach(p -> {
            try {
                goThrough(p, smallest);
            } catch (Exception | AssertionError e) {
                failures.add(p + ": " + e.getMessage());
            }
        });
        System.out.println(operations.size() + " operations, " + points.size() + " faults");
        assertEquals(List.of(), failures);
        assertTrue(points.size() > 100, "" + points.size());
    }

    /** The operation of that number among those of its kind, from opening the vault on; several threads do them in any order. */
    private record Point(FailpointStorage.Kind kind, int number, When side, Effect effect) {}

    /** Faults of everything that changes something; of what only reads, one in five unless all are asked for. */
    private static List<Point> points(List<FailpointStorage.Operation> operations) {
        List<Point> points = new ArrayList<>();
        Map<FailpointStorage.Kind, Integer> numbers = new EnumMap<>(FailpointStorage.Kind.class);
        for (int n = 0; n < operations.size(); n++) {
            FailpointStorage.Kind kind = operations.get(n).kind();
            int number = numbers.merge(kind, 1, Integer::sum) - 1;
            boolean changes = kind == FailpointStorage.Kind.COMMIT || kind == FailpointStorage.Kind.DELETE;
            for (When side : When.values()) {
                for (Effect effect : List.of(Effect.CRASH, Effect.FAIL)) {
                    if (changes || n % 5 == 0 || Boolean.getBoolean("doppel.failpoints.all")) {
                        points.add(new Point(kind, number, side, effect));
                    }
                }
            }
        }
        return points;
    }

    private void goThrough(Point point, long smallest) throws Exception {
        MemoryStorage.Content content = first.content().copy();
        Path before = copy(state);
        Path atDeath = Files.createTempDirectory(temp, "death");
        int[] seen = {0};
        FailpointStorage storage = new FailpointStorage(new MemoryStorage(content, false))
                .failAt(o -> o.kind() == point.kind() && seen[0]++ == point.number(), point.side(), point.effect())
                .onCrash(() -> copy(before, atDeath));
        Optional<String> stored = Optional.empty();
        try (Vault vault = Rig.open(storage, before)) {
            try {
                purge(vault, removed);
            } catch (DoppelException e) {
                assertEquals(StorageError.IO.id(), e.code().id(), e.getMessage());
                // what was removed comes along again: it must not build upon what may yet turn out to be cleared
                stored = Optional.of(
                        Rig.backup(vault, new Bytes(Bytes.made(7, 900_001))).id());
            }
        } catch (DoppelException e) {
            assertEquals(StorageError.IO.id(), e.code().id(), e.getMessage());
        } catch (FailpointStorage.Crash e) {
            assertEquals(Effect.CRASH, point.effect());
        }
        Map<String, byte[]> expected = new LinkedHashMap<>(kept);
        stored.ifPresent(id -> expected.put(id, Bytes.made(7, 900_001)));
        MemoryStorage plain = new MemoryStorage(content, false);
        Path after = storage.crashed() ? atDeath : before;
        try (Vault vault = Rig.open(plain, after)) {
            assertSound(vault, expected);
            purge(vault, removed);
            assertSound(vault, expected);
        }
        try (Vault vault = Rig.open(plain, after)) {
            assertEquals(List.of(), vault.warnings());
            assertSound(vault, expected);
            assertEquals(expected.keySet(), Set.copyOf(vault.versionIds()));
            if (stored.isEmpty()) {
                long left = FaultStage.packs(content);
                assertTrue(left <= smallest * 1.05, () -> left + " bytes are left, and " + smallest + " would do");
            }
            assertTrue(Rig.backup(vault, new Bytes(last)).stats().storedBytes() < last.length);
        }
    }

    private static void assertSound(Vault vault, Map<String, byte[]> expected) throws DoppelException {
        assertTrue(vault.versionIds().containsAll(expected.keySet()), "a version is gone");
        for (Map.Entry<String, byte[]> v : expected.entrySet()) {
            assertArrayEquals(v.getValue(), Rig.restore(vault, v.getKey()));
        }
        var report = vault.verify(List.of(), (total, n) -> {}, Rig.NEVER);
        assertTrue(report.clean(), report::toString);
    }

    private Path copy(Path from) throws IOException {
        return FaultStage.copy(from, Files.createTempDirectory(temp, "state"));
    }

    private static void copy(Path from, Path to) {
        try {
            FaultStage.copy(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
