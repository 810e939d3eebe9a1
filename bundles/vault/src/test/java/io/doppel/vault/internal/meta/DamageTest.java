package io.doppel.vault.internal.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of object, damaged, deleted, swapped and rolled back. */
class DamageTest {
    @TempDir
    Path temp;

    private final MapStorage storage = new MapStorage();
    private final List<String> ids = new ArrayList<>();
    private Path folder;

    @BeforeEach
    void twelveVersionsInThreeLives() throws Exception {
        folder = temp.resolve("a");
        Fixture.create(storage, folder).close();
        for (int life = 0; life < 3; life++) {
            try (VaultMeta meta = Fixture.attach(storage, folder)) {
                for (int i = 0; i < 4; i++) {
                    ids.add(Fixture.publish(meta));
                }
            }
        }
        try (VaultMeta meta = Fixture.open(storage, folder, Fixture.ALPHA, VaultAccess.READ_ONLY, "")) {
            for (String version : ids.subList(0, 2)) {
                Instant now = Instant.parse("2026-11-21T04:00:00Z");
                meta.holds().put(new StoredHold(Holds.newId(), version, "test", "alpha", "alpha", now, true, ""));
                meta.removals().announce(1, List.of(version));
            }
        }
    }

    /** Opens for reading, in a folder that knows the keys and nothing else. */
    private VaultMeta stranger() throws Exception {
        Path other = Files.createTempDirectory(temp, "stranger");
        Files.copy(folder.resolve("machine.key"), other.resolve("machine.key"));
        return Fixture.open(storage, other, Fixture.BETA, VaultAccess.READ_ONLY, "");
    }

    @Test
    void soundVaultIsSound() throws Exception {
        try (VaultMeta meta = stranger()) {
            assertEquals(
                    ids, meta.head().versions().stream().map(HeadVersion::id).toList());
            assertEquals(12, meta.head().index().size());
            assertEquals(List.of(), meta.verifyMeta(Fixture.NEVER));
            assertEquals(List.of(), meta.warnings());
            assertEquals(ids.get(5), meta.version(ids.get(5)).id());
            assertEquals("mail ü", meta.version(ids.get(5)).machine().name());
            Fixture.assertCode(VaultError.NO_VERSION, () -> meta.version("0".repeat(32)));
        }
        assertEquals(
                8,
                storage.objects.keySet().stream()
                        .filter(n -> n.startsWith("heads/"))
                        .count());
    }

    @Test
    void aFlippedBitInAnyByteOfAnyObjectIsNoticedAndTheObjectIsNamed() throws Exception {
        int flips = 0;
        try (VaultMeta open = stranger()) {
            for (String name : new TreeMap<>(storage.objects).keySet()) {
                byte[] right = storage.objects.get(name);
                for (int i = 0; i < right.length; i += step(name)) {
                    byte[] wrong = right.clone();
                    wrong[i] ^= (byte) (1 << (i * 5 + 3) % 8);
                    storage.objects.put(name, wrong);
                    assertNamed(open, name, "bit in byte " + i);
                    flips++;
                }
                storage.objects.put(name, right);
            }
        }
        assertTrue(flips > 5000, flips + " flips");
    }

    /** Of what is like other objects, one byte in so many will do. */
    private static int step(String name) {
        return name.startsWith("versions/") ? 3 : name.startsWith("holds/") || name.startsWith("removals/") ? 9 : 1;
    }

    private static void assertNamed(VaultMeta open, String name, String what) throws Exception {
        List<ObjectProblem> problems = open.verifyMeta(Fixture.NEVER);
        assertTrue(
                problems.stream().anyMatch(p -> p.object().equals(name)), () -> name + ", " + what + ": " + problems);
    }

    @Test
    void whatIsNeededForOpeningIsNoticedAtOpeningBitByBit() throws Exception {
        for (String name : new TreeMap<>(storage.objects).keySet()) {
            boolean needed = name.equals("config")
                    || name.startsWith("keyring/")
                    || name.equals(Heads.name(12))
                    || name.equals(Leases.closingName(4))
                    || name.equals(Leases.releaseName(4))
                    || name.startsWith("keys/");
            if (!needed) {
                continue;
            }
            byte[] right = storage.objects.get(name);
            for (int i = 0; i < right.length; i += 2) {
                byte[] wrong = right.clone();
                wrong[i] ^= (byte) (1 << i % 8);
                storage.objects.put(name, wrong);
                if (name.equals(Leases.closingName(4))) {
                    continue;
                }
                assertOpeningSays(name);
            }
            storage.objects.put(name, right);
        }
    }

    private void assertOpeningSays(String name) throws Exception {
        try (VaultMeta meta = stranger()) {
            assertTrue(
                    meta.warnings().stream().anyMatch(w -> w.contains(name)),
                    () -> name + " damaged, and opened with " + meta.warnings());
        } catch (DoppelException e) {
            assertTrue(e.getMessage().contains(name), e.getMessage());
        }
    }

    @Test
    void deletedAndTruncatedObjectsAreNamed() throws Exception {
        try (VaultMeta open = stranger()) {
            for (String name : new TreeMap<>(storage.objects).keySet()) {
                byte[] right = storage.objects.get(name);
                byte[] half = Arrays.copyOf(right, right.length / 2);
                storage.objects.put(name, half);
                assertNamed(open, name, "truncated");
                storage.objects.put(name, new byte[0]);
                assertNamed(open, name, "emptied");
                storage.objects.put(name, right);
            }
        }
    }

    @Test
    void deletedVersionAndDeletedHead() throws Exception {
        String id = ids.get(7);
        byte[] version = storage.objects.remove(Versions.name(id));
        try (VaultMeta open = stranger()) {
            Fixture.assertCode(VaultError.MISSING_OBJECT, () -> open.version(id));
            assertNamed(open, Versions.name(id), "deleted");
        }
        storage.objects.put(Versions.name(id), version);
        storage.objects.remove(Heads.name(12));
        // The release names the last head, so even a stranger notices.
        DoppelException e = Fixture.assertCode(VaultError.MISSING_OBJECT, this::stranger);
        assertTrue(e.getMessage().contains(Heads.name(12)), e.getMessage());
        e = Fixture.assertCode(VaultError.MISSING_OBJECT, () -> Fixture.attach(storage, folder));
        assertTrue(e.getMessage().contains(Heads.name(12)), e.getMessage());
        try (VaultMeta open = Fixture.open(storage, folder, Fixture.ALPHA, VaultAccess.TAKE_OVER, "")) {
            assertEquals(11, open.head().versions().size());
            assertTrue(open.warnings().size() >= 2, () -> open.warnings().toString());
            Fixture.publish(open);
        }
        try (VaultMeta open = Fixture.attach(storage, folder)) {
            assertEquals(12, open.head().versions().size());
            assertEquals(List.of(), open.warnings());
        }
    }

    @Test
    void objectsOfTheSameKindThatWereSwappedAreNamed() throws Exception {
        Map<String, List<String>> kinds = new TreeMap<>();
        for (String name : storage.objects.keySet()) {
            String ending = name.contains(".") ? name.substring(name.indexOf('.')) : "";
            String kind = name.substring(0, Math.max(0, name.indexOf('/'))) + ending;
            kinds.computeIfAbsent(kind, k -> new ArrayList<>()).add(name);
        }
        int swaps = 0;
        try (VaultMeta open = stranger()) {
            for (List<String> names : kinds.values()) {
                for (int i = 1; i < names.size(); i++) {
                    swap(names.get(i - 1), names.get(i));
                    assertNamed(open, names.get(i - 1), "swapped");
                    assertNamed(open, names.get(i), "swapped");
                    swap(names.get(i - 1), names.get(i));
                    swaps++;
                }
            }
        }
        assertTrue(swaps > 20, swaps + " swaps");
    }

    private void swap(String a, String b) {
        byte[] kept = storage.objects.get(a);
        storage.objects.put(a, storage.objects.get(b));
        storage.objects.put(b, kept);
    }

    @Test
    void aVaultSetBackToAnEarlierStateIsNoticedByWhoKnewBetter() throws Exception {
        Map<String, byte[]> earlier = new TreeMap<>(storage.objects);
        try (VaultMeta meta = Fixture.attach(storage, folder)) {
            ids.add(Fixture.publish(meta));
        }
        storage.objects.clear();
        storage.objects.putAll(earlier);
        DoppelException e = Fixture.assertCode(VaultError.ROLLED_BACK, () -> Fixture.attach(storage, folder));
        assertTrue(e.getMessage().contains(Heads.name(13)), e.getMessage());
        Fixture.assertCode(
                VaultError.ROLLED_BACK, () -> Fixture.open(storage, folder, Fixture.ALPHA, VaultAccess.READ_ONLY, ""));
        assertEquals(earlier.keySet(), storage.objects.keySet());
        try (VaultMeta meta = Fixture.open(storage, folder, Fixture.ALPHA, VaultAccess.TAKE_OVER, "")) {
            assertEquals(12, meta.head().versions().size());
            assertEquals(1, meta.warnings().size());
        }
        Fixture.attach(storage, folder).close();
    }

    @Test
    void anotherHeadOfAKnownGenerationIsNoticed() throws Exception {
        Map<String, byte[]> fork = new TreeMap<>(storage.objects);
        MapStorage forked = new MapStorage(fork);
        Path other = Files.createTempDirectory(temp, "fork");
        Files.copy(folder.resolve("machine.key"), other.resolve("machine.key"));
        for (int i = 0; i < 2; i++) {
            try (VaultMeta meta = Fixture.open(forked, other, Fixture.BETA, VaultAccess.ATTACH, "")) {
                Fixture.publish(meta);
            }
        }
        try (VaultMeta meta = Fixture.attach(storage, folder)) {
            Fixture.publish(meta);
        }
        storage.objects.clear();
        storage.objects.putAll(fork);
        DoppelException e = Fixture.assertCode(VaultError.ROLLED_BACK, () -> Fixture.attach(storage, folder));
        assertTrue(e.getMessage().contains(Heads.name(13)), e.getMessage());
    }

    @Test
    void aTargetThatFailsIsNoDamage() throws Exception {
        try (VaultMeta open = stranger()) {
            MapStorage unreachable = storage.view();
            VaultMeta other = Fixture.attach(unreachable, folder);
            unreachable.hook = (operation, name) -> {
                throw new DoppelException(StorageError.UNREACHABLE, "The target is gone");
            };
            Fixture.assertCode(StorageError.UNREACHABLE, () -> other.verifyMeta(Fixture.NEVER));
            other.close();
            assertEquals(List.of(), open.verifyMeta(Fixture.NEVER));
        }
    }

    @Test
    void readingOnlyWritesNothingToTheVault() throws Exception {
        MapStorage watched = storage.view();
        watched.hook = (operation, name) -> {
            if (operation.equals("put") || operation.equals("delete")) {
                throw new DoppelException(StorageError.READ_ONLY, operation + " " + name);
            }
        };
        try (VaultMeta meta = Fixture.open(watched, folder, Fixture.BETA, VaultAccess.READ_ONLY, "")) {
            meta.refresh(head -> {});
            meta.verifyMeta(Fixture.NEVER);
            assertTrue(meta.readOnly());
            Fixture.assertCode(VaultError.READ_ONLY, () -> Fixture.publish(meta));
        }
    }
}
