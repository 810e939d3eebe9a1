package io.doppel.vault.internal.meta;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The config and the keyring are there twice, and one of each is enough. */
class CopiesTest {
    @TempDir
    Path temp;

    private final MapStorage storage = new MapStorage();
    private Path folder;
    private String version;
    private List<List<String>> pairs;

    @BeforeEach
    void create() throws Exception {
        folder = temp.resolve("a");
        String id;
        try (VaultMeta meta = Fixture.create(storage, folder)) {
            version = Fixture.publish(meta);
            id = meta.id();
            assertEquals(List.of(), meta.warnings());
        }
        pairs = List.of(
                List.of("config", Config.copyName(id)),
                List.of(KeyRingObject.objectName(id, 1), KeyRingObject.copyName(id, 1)));
    }

    /** Opens for reading, in a folder that knows the keys and nothing else. */
    private VaultMeta stranger() throws Exception {
        Path other = Files.createTempDirectory(temp, "stranger");
        Files.copy(folder.resolve("machine.key"), other.resolve("machine.key"));
        return Fixture.open(storage, other, Fixture.BETA, VaultAccess.READ_ONLY, "");
    }

    private void flip(String name, int at) {
        byte[] wrong = storage.objects.get(name).clone();
        wrong[at] ^= (byte) (1 << (at * 5 + 3) % 8);
        storage.objects.put(name, wrong);
    }

    @Test
    void aFlippedBitInAnyByteOfOneIsNamedAndNothingIsLost() throws Exception {
        for (String name :
                List.of(pairs.get(0).get(1), pairs.get(1).get(0), pairs.get(1).get(1), "config")) {
            byte[] right = storage.objects.get(name);
            for (int i = 0; i < right.length; i++) {
                flip(name, i);
                byte[] wrong = storage.objects.get(name);
                try (VaultMeta meta = stranger()) {
                    assertWarns(meta, VaultError.DAMAGED_OBJECT.id(), name);
                    assertEquals(version, meta.version(version).id());
                    List<ObjectProblem> problems = meta.verifyMeta(Fixture.NEVER);
                    assertEquals(
                            List.of(name),
                            problems.stream().map(ObjectProblem::object).toList());
                    assertFalse(problems.get(0).vital());
                }
                assertArrayEquals(wrong, storage.objects.get(name), "who only reads changed it");
                storage.objects.put(name, right);
            }
        }
    }

    private static void assertWarns(VaultMeta meta, String code, String name) {
        assertTrue(
                meta.warnings().stream().anyMatch(w -> w.startsWith(code + ": '" + name + "'")),
                () -> name + " is not named: " + meta.warnings());
    }

    @Test
    void openingForWritingPutsBackWhatIsDamagedOrMissingAndTouchesNothingElse() throws Exception {
        for (List<String> pair : pairs) {
            for (String name : pair) {
                for (boolean missing : new boolean[] {false, true}) {
                    Map<String, byte[]> whole = new TreeMap<>(storage.objects);
                    if (missing) {
                        storage.objects.remove(name);
                    } else {
                        flip(name, 70);
                    }
                    putsBack(name, missing ? List.of("put " + name) : List.of("delete " + name, "put " + name));
                    whole.forEach((object, bytes) -> {
                        if (!object.equals(name) || !name.endsWith("keyring") && !name.startsWith("keyring")) {
                            assertArrayEquals(bytes, storage.objects.get(object), object);
                        }
                    });
                    try (VaultMeta meta = Fixture.attach(storage, folder)) {
                        assertEquals(List.of(), meta.warnings());
                        assertEquals(List.of(), meta.verifyMeta(Fixture.NEVER));
                    }
                }
            }
        }
    }

    private void putsBack(String name, List<String> expected) throws Exception {
        MapStorage watched = storage.view();
        List<String> changes = new ArrayList<>();
        String leaseBefore = newestLease();
        watched.hook = (operation, object) -> {
            boolean change = operation.equals("put") || operation.equals("delete");
            if (change && !object.startsWith("lease/")) {
                assertNotEquals(leaseBefore, newestLease(), "changed without the lease");
                assertTrue(storage.objects.containsKey(newestLease() + ".closing"), "changed before the lease counts");
                changes.add(operation + " " + object);
            }
        };
        try (VaultMeta meta = Fixture.attach(watched, folder)) {
            assertEquals(2, meta.warnings().size(), () -> meta.warnings().toString());
            assertTrue(meta.warnings().get(1).startsWith("'" + name + "' was put back from '"));
            assertEquals(version, meta.version(version).id());
        }
        assertEquals(expected, changes);
    }

    private String newestLease() {
        return storage.objects.keySet().stream()
                .filter(n -> n.matches("lease/[0-9a-f]{8}"))
                .max(String::compareTo)
                .orElseThrow();
    }

    @Test
    void ifNeitherIsRightItIsRefusedAndNothingIsChanged() throws Exception {
        for (List<String> pair : pairs) {
            try (VaultMeta open = stranger()) {
                Map<String, byte[]> whole = new TreeMap<>(storage.objects);
                flip(pair.get(0), 70);
                flip(pair.get(1), 71);
                refusedBecauseOf(pair);
                List<ObjectProblem> problems = open.verifyMeta(Fixture.NEVER);
                assertEquals(pair, problems.stream().map(ObjectProblem::object).toList());
                assertTrue(problems.stream().allMatch(ObjectProblem::vital));
                // the bytes of one under the name of the other prove nothing
                storage.objects.put(pair.get(0), whole.get(pair.get(1)));
                storage.objects.put(pair.get(1), whole.get(pair.get(0)));
                refusedBecauseOf(pair);
                storage.objects.putAll(whole);
            }
        }
    }

    private void refusedBecauseOf(List<String> pair) {
        Map<String, byte[]> before = new TreeMap<>(storage.objects);
        for (VaultAccess mode : VaultAccess.values()) {
            DoppelException e = Fixture.assertCode(
                    VaultError.DAMAGED_OBJECT, () -> Fixture.open(storage, folder, Fixture.ALPHA, mode, ""));
            pair.forEach(name -> assertTrue(e.getMessage().contains("'" + name + "'"), e.getMessage()));
        }
        assertEquals(before, storage.objects);
    }

    @Test
    void aCrashAtAnyPointOfPuttingBackLosesNothing() throws Exception {
        int points = 0;
        for (List<String> pair : pairs) {
            for (String name : pair) {
                for (boolean after : new boolean[] {false, true}) {
                    boolean hit = true;
                    for (int at = 1; hit; at++) {
                        flip(name, 70);
                        Failpoint failpoint = new Failpoint(at, after);
                        storage.hook = failpoint;
                        String point = name + ", point " + at + (after ? " after" : " before");
                        try {
                            Fixture.attach(storage, folder).close();
                        } catch (DoppelException e) {
                            assertEquals(StorageError.UNREACHABLE.id(), e.code().id(), point);
                        }
                        storage.hook = (operation, object) -> {};
                        assertTrue(storage.objects.containsKey(pair.get(name.equals(pair.get(0)) ? 1 : 0)), point);
                        try (VaultMeta meta = Fixture.attach(storage, folder)) {
                            assertEquals(version, meta.version(version).id(), point);
                            assertEquals(List.of(), meta.verifyMeta(Fixture.NEVER), point);
                        }
                        hit = failpoint.hit;
                        points++;
                    }
                }
            }
        }
        assertTrue(points > 100, points + " points");
    }

    @Test
    void whereSomethingOfAVaultIsLeftNobodyMakesAnother() throws Exception {
        Map<String, byte[]> whole = new TreeMap<>(storage.objects);
        for (String left : List.of("copies/", "lease/", "heads/")) {
            storage.objects.putAll(whole);
            storage.objects
                    .keySet()
                    .removeIf(n -> n.equals("config") || n.matches("(copies|lease|heads)/.*") && !n.startsWith(left));
            cannotBeMadeAgain();
            if (!left.equals("copies/")) {
                Fixture.assertCode(VaultError.MISSING_OBJECT, () -> Fixture.attach(storage, folder));
            }
        }
        storage.objects.keySet().removeIf(n -> n.startsWith("heads/"));
        Fixture.assertCode(VaultError.NO_VAULT, () -> Fixture.attach(storage, folder));
        Fixture.create(storage, temp.resolve("other")).close();
    }

    private void cannotBeMadeAgain() {
        Map<String, byte[]> before = new TreeMap<>(storage.objects);
        Fixture.assertCode(VaultError.EXISTS, () -> Fixture.create(storage, temp.resolve("other")));
        assertEquals(before, storage.objects);
        assertFalse(Files.exists(temp.resolve("other/machine.key")));
    }

    @Test
    void aCreationThatWasBrokenOffBeforeTheConfigLeavesNoCopies() throws Exception {
        MapStorage fresh = new MapStorage();
        fresh.hook = (operation, name) -> {
            if (operation.equals("put") && name.equals("config")) {
                throw new DoppelException(StorageError.UNREACHABLE, "crashed");
            }
        };
        Fixture.assertCode(StorageError.UNREACHABLE, () -> Fixture.create(fresh, temp.resolve("b")));
        assertEquals(
                new TreeSet<>(List.of("keys", "keyring")),
                new TreeSet<>(fresh.objects.keySet().stream()
                        .map(n -> n.replaceFirst("/.*", ""))
                        .toList()));
        fresh.hook = (operation, name) -> {};
        Fixture.create(fresh, temp.resolve("c")).close();
    }

    @Test
    void anotherIdInTheConfigIsOvercomeWithAnyKey() throws Exception {
        String recovery;
        try (VaultMeta meta = Fixture.attach(storage, folder)) {
            recovery = new String(meta.recoveryKeyText());
        }
        String config = new String(storage.objects.get("config"), StandardCharsets.UTF_8);
        int id = config.indexOf("\"id\":\"") + 6;
        for (int at : new int[] {id, id + 30}) { // in the mark, and behind it
            char other = config.charAt(at) == '0' ? '1' : '0';
            String wrong = config.substring(0, at) + other + config.substring(at + 1);
            for (String unlock : new String[] {"", recovery}) {
                storage.objects.put("config", wrong.getBytes(StandardCharsets.UTF_8));
                Path state = unlock.isEmpty() ? folder : Files.createTempDirectory(temp, "keyless");
                try (VaultMeta meta = Fixture.open(storage, state, Fixture.ALPHA, VaultAccess.TAKE_OVER, unlock)) {
                    assertWarns(meta, VaultError.DAMAGED_OBJECT.id(), "config");
                    assertEquals(version, meta.version(version).id());
                }
                assertEquals(config, new String(storage.objects.get("config"), StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void theCopyOfAnotherVaultIsNotUsed() throws Exception {
        MapStorage other = new MapStorage();
        Fixture.create(other, temp.resolve("other")).close();
        other.objects.forEach((name, bytes) -> {
            if (name.startsWith("copies/") || name.startsWith("keys/") || name.startsWith("keyring/")) {
                storage.objects.put(name, bytes);
            }
        });
        flip("config", 3);
        try (VaultMeta meta = Fixture.attach(storage, folder)) {
            assertEquals(version, meta.version(version).id());
        }
        storage.objects.remove("config");
        storage.objects.remove(pairs.get(0).get(1));
        Fixture.assertCode(VaultError.LOCKED, () -> Fixture.attach(storage, folder));
    }

    @Test
    void aConfigThatIsNewerIsBelievedAndACopyOnlyInItsPlace() throws Exception {
        String copy = pairs.get(0).get(1);
        for (String name : pairs.get(0)) {
            byte[] right = storage.objects.get(name);
            String newer = new String(right, StandardCharsets.UTF_8).replace("\"format\":1", "\"format\":3");
            storage.objects.put(name, newer.getBytes(StandardCharsets.UTF_8));
            if (name.equals("config")) {
                Fixture.assertCode(VaultError.NEWER_FORMAT, () -> Fixture.attach(storage, folder));
                storage.objects.put(name, right);
            }
        }
        byte[] config = storage.objects.remove("config");
        Fixture.assertCode(VaultError.NEWER_FORMAT, () -> Fixture.attach(storage, folder));
        storage.objects.put("config", config);
        try (VaultMeta meta = Fixture.attach(storage, folder)) {
            assertWarns(meta, VaultError.DAMAGED_OBJECT.id(), copy);
        }
        try (VaultMeta meta = Fixture.attach(storage, folder)) {
            assertEquals(List.of(), meta.warnings());
        }
    }

    @Test
    void theHighestGenerationCountsAlsoIfThereIsOnlyItsCopy() throws Exception {
        MachineKey machine = MachineKey.read(Files.readAllBytes(folder.resolve("machine.key")))
                .orElseThrow();
        ObjectIo io = new ObjectIo(storage);
        String id = machine.vaultId();
        try (MasterKey master = new KeySlots(io, id).unlock(machine)) {
            KeyRingObject first =
                    KeyRingObject.parse(KeyRingObject.newest(io, id, master).value());
            String copy = KeyRingObject.copyName(id, 2);
            storage.objects.put(copy, KeyRingObject.seal(copy, first.next(), master));
            try (VaultMeta meta = Fixture.attach(storage, folder)) {
                assertArrayEquals(first.idKey(), meta.keys().idKey());
                assertEquals(2, meta.keys().currentEpoch());
                assertEquals(List.of(), meta.verifyMeta(Fixture.NEVER));
            }
            // an earlier one does not count in the place of one that is damaged
            flip(copy, 70);
            flip(KeyRingObject.objectName(id, 2), 70);
            Fixture.assertCode(VaultError.DAMAGED_OBJECT, () -> Fixture.attach(storage, folder));
        }
    }

    @Test
    void whatCannotBeReadNowIsNotReplaced() throws Exception {
        for (List<String> pair : pairs) {
            MapStorage badSector = storage.view();
            badSector.hook = (operation, name) -> {
                if (name.equals(pair.get(0))) {
                    assertFalse(operation.equals("put") || operation.equals("delete"), operation);
                    throw new DoppelException(StorageError.IO, "'" + name + "' cannot be read");
                }
            };
            try (VaultMeta meta = Fixture.attach(badSector, folder)) {
                assertWarns(meta, StorageError.IO.id(), pair.get(0));
                assertEquals(1, meta.warnings().size());
            }
        }
    }

    /** One answer that was wrong, as from a bad cable, is not damage. */
    @Test
    void whatIsRightTheSecondTimeIsNotReplaced() throws Exception {
        for (List<String> pair : pairs) {
            MapStorage flaky = storage.view();
            int[] reads = {0};
            byte[] right = storage.objects.get(pair.get(0));
            flaky.hook = new MapStorage.Hook() {
                @Override
                public void before(String operation, String name) {
                    // the config is read once more, for its id
                    if (operation.equals("read") && name.equals(pair.get(0))) {
                        if (reads[0]++ == (name.equals("config") ? 1 : 0)) {
                            flip(name, 70);
                        }
                    }
                }

                @Override
                public void after(String operation, String name) {
                    storage.objects.put(pair.get(0), right);
                }
            };
            try (VaultMeta meta = Fixture.attach(flaky, folder)) {
                assertEquals(List.of(), meta.warnings());
            }
            assertTrue(reads[0] > 1);
        }
    }
}
