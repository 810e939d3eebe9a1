package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.CollectOptions;
import io.doppel.vault.Vault;
import io.doppel.vault.VerifyReport;
import io.doppel.vault.WriteSession;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bad sectors below a few packs and index segments: the vault opens and says so, and nothing is given up because of them. */
class UnreadableObjectTest {
    private static final int SIZE = 300_000;

    @TempDir
    Path state;

    @TempDir
    Path other;

    private final MemoryStorage.Content content = new MemoryStorage.Content();
    /** Objects that cannot be read. */
    private final Set<String> bad = ConcurrentHashMap.newKeySet();
    /** Objects of which the next read fails. */
    private final Set<String> passing = ConcurrentHashMap.newKeySet();

    private final List<byte[]> disks = new ArrayList<>();
    private final List<String> versions = new ArrayList<>();
    /** Objects that came with each version. */
    private final List<Set<String>> objects = new ArrayList<>();

    private Storage storage() {
        return Hooked.storage(new MemoryStorage(content, false), (method, arguments, result) -> {
            if (method.equals("read") && (bad.contains(arguments[0]) || passing.remove(arguments[0]))) {
                throw new DoppelException(StorageError.IO, "'" + arguments[0] + "' lies on bad sectors");
            }
            return result;
        });
    }

    @BeforeEach
    void threeVersions() throws Exception {
        try (Vault vault = Rig.create(storage(), state)) {
            for (int i = 0; i < 3; i++) {
                backup(vault);
            }
        }
        forgetIndex();
    }

    private void backup(Vault vault) throws DoppelException {
        Set<String> before = new HashSet<>(content.names());
        byte[] disk = Bytes.made(versions.size() + 1, SIZE);
        versions.add(Rig.backup(vault, new Bytes(disk)).id());
        disks.add(disk);
        Set<String> added = new TreeSet<>(content.names());
        added.removeAll(before);
        objects.add(added);
    }

    /** The server's own copy of the index, so that segments have to be read from the target. */
    private void forgetIndex() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(state.resolve("index"))) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }

    private String object(int version, String folder) {
        return objects.get(version).stream()
                .filter(n -> n.startsWith(folder))
                .findFirst()
                .orElseThrow();
    }

    private Set<String> packs() {
        Set<String> packs = new TreeSet<>(content.names());
        packs.removeIf(n -> !n.startsWith("data/") && !n.startsWith("tree/"));
        return packs;
    }

    private void assertWhole(Vault vault, int version) throws DoppelException {
        assertArrayEquals(disks.get(version), Rig.restore(vault, versions.get(version)));
    }

    private void assertAllIsWell() throws Exception {
        bad.clear();
        forgetIndex();
        try (Vault vault = Rig.open(storage(), state)) {
            assertEquals(List.of(), vault.warnings());
            for (int i = 0; i < versions.size(); i++) {
                assertWhole(vault, i);
            }
            VerifyReport report = vault.verify(List.of(), (total, done) -> {}, Rig.NEVER);
            assertTrue(report.clean(), report::toString);
        }
    }

    /** All that it told of is in others that are listed in its place. */
    private void assertTheBadSegmentIsNotNeeded() throws Exception {
        forgetIndex();
        try (Vault vault = Rig.open(storage(), state)) {
            assertEquals(List.of(), vault.warnings());
        }
        assertAllIsWell();
    }

    private static void assertNames(String object, List<String> warnings) {
        List<String> naming = warnings.stream().filter(w -> w.contains(object)).toList();
        assertEquals(1, naming.size(), warnings::toString);
        assertTrue(naming.get(0).startsWith(StorageError.IO.id() + ": "), naming.get(0));
    }

    private static void purge(Vault vault) throws DoppelException {
        vault.collect(new CollectOptions(0, 0), (phase, total, n) -> {}, Rig.NEVER);
    }

    @Test
    void whatASegmentToldIsReadFromThePacks() throws Exception {
        bad.add(object(0, "index/"));
        try (Vault vault = Rig.open(storage(), state)) {
            assertEquals(1, vault.warnings().size(), vault.warnings()::toString);
            assertNames(object(0, "index/"), vault.warnings());
            for (int i = 0; i < versions.size(); i++) {
                assertWhole(vault, i);
            }
            backup(vault);
        }
        assertTheBadSegmentIsNotNeeded();
    }

    @Test
    void aPackOfWhichNothingIsKnownStaysAndIsFoundWhenItCanBeReadAgain() throws Exception {
        bad.add(object(0, "index/"));
        bad.add(object(0, "data/"));
        try (Vault vault = Rig.open(storage(), state)) {
            assertEquals(2, vault.warnings().size(), vault.warnings()::toString);
            assertNames(object(0, "index/"), vault.warnings());
            assertNames(object(0, "data/"), vault.warnings());
            assertThrows(DoppelException.class, () -> Rig.restore(vault, versions.get(0)));
            assertWhole(vault, 1);
            assertWhole(vault, 2);
            purge(vault);
            backup(vault);
            purge(vault);
        }
        assertTrue(packs().contains(object(0, "data/")), "it was deleted");
        assertAllIsWell();
    }

    @Test
    void aPurgeTakesNothingElseForMissingLater() throws Exception {
        try (Vault vault = Rig.open(storage(), state);
                WriteSession abandoned = vault.begin()) {
            byte[] chunk = Bytes.made(50, 200_000);
            abandoned.lane().store(chunk, 0, chunk.length);
            abandoned.flush();
            // its segment names the pack of the other session, too
            backup(vault);
        }
        Set<String> before = packs();
        forgetIndex();
        bad.add(object(3, "index/"));
        bad.add(object(3, "data/"));
        try (Vault vault = Rig.open(storage(), state)) {
            assertEquals(2, vault.warnings().size(), vault.warnings()::toString);
            purge(vault);
            assertFalse(packs().containsAll(before), "nothing was purged");
            purge(vault);
            purge(vault);
        }
        assertAllIsWell();
    }

    @Test
    void aPurgeTakesInWhatCanBeReadAgain() throws Exception {
        bad.add(object(0, "index/"));
        bad.add(object(0, "data/"));
        try (Vault vault = Rig.open(storage(), state)) {
            assertThrows(DoppelException.class, () -> Rig.restore(vault, versions.get(0)));
            bad.remove(object(0, "data/"));
            purge(vault);
            assertWhole(vault, 0);
            backup(vault);
        }
        assertTheBadSegmentIsNotNeeded();
    }

    @Test
    void aBackupStoresAgainWhatCannotBeRead() throws Exception {
        bad.add(object(0, "index/"));
        bad.add(object(0, "data/"));
        try (Vault vault = Rig.open(storage(), state)) {
            Rig.backup(vault, new Bytes(disks.get(0)));
            assertWhole(vault, 0);
        }
    }

    @Test
    void whatACrashLeftIsLookedForUntilItCanBeRead() throws Exception {
        Vault died = Rig.open(storage(), state);
        byte[] chunk = Bytes.made(60, 200_000);
        Set<String> before = packs();
        WriteSession session = died.begin();
        session.lane().store(chunk, 0, chunk.length);
        session.flush();
        Set<String> left = packs();
        left.removeAll(before);
        bad.addAll(left);
        // the folder of a process that was killed is free
        Path folder = StateFolder.copy(state, other);
        try (Vault vault = Rig.open(storage(), folder)) {
            assertEquals(left.size(), vault.warnings().size(), vault.warnings()::toString);
            left.forEach(pack -> assertNames(pack, vault.warnings()));
            backup(vault);
        }
        bad.clear();
        try (Vault vault = Rig.open(storage(), folder)) {
            assertEquals(List.of(), vault.warnings());
            assertEquals(bytesOf(packs()), vault.packBytes());
        }
    }

    private long bytesOf(Set<String> packs) {
        return packs.stream()
                .mapToLong(n -> content.bytes(n).orElseThrow().length)
                .sum();
    }

    @Test
    void aFailureThatPassesIsNone() throws Exception {
        for (int i = 0; i < versions.size(); i++) {
            passing.add(object(i, "index/"));
        }
        try (Vault vault = Rig.open(storage(), state)) {
            assertEquals(List.of(), vault.warnings());
            assertTrue(passing.isEmpty());
        }
    }

    @Test
    void manySegmentsThatCannotBeReadAreAFailureOfTheTarget() throws Exception {
        try (Vault vault = Rig.open(storage(), state)) {
            backup(vault);
            backup(vault);
        }
        forgetIndex();
        for (int i = 0; i < versions.size(); i++) {
            bad.add(object(i, "index/"));
        }
        assertRefused();
        assertAllIsWell();
    }

    @Test
    void manyPacksThatCannotBeReadAreAFailureOfTheTarget() throws Exception {
        try (Vault vault = Rig.open(storage(), state)) {
            backup(vault);
            backup(vault);
        }
        forgetIndex();
        bad.add(object(0, "index/"));
        bad.add(object(1, "index/"));
        bad.add(object(2, "index/"));
        for (int i = 0; i < 3; i++) {
            objects.get(i).stream()
                    .filter(n -> n.startsWith("data/") || n.startsWith("tree/"))
                    .forEach(bad::add);
        }
        assertRefused();
        assertAllIsWell();
    }

    @Test
    void aVaultOfWhichNoPackCanBeReadDoesNotLookEmpty() throws Exception {
        content.names().stream().filter(n -> n.startsWith("index/")).forEach(bad::add);
        // so few packs that the number alone would be tolerated
        List<String> all = List.copyOf(packs());
        for (String name : all.subList(4, all.size())) {
            new MemoryStorage(content, false).delete(name);
        }
        bad.addAll(packs());
        assertEquals(4, packs().size());
        assertRefused();
    }

    private void assertRefused() {
        DoppelException e = assertThrows(DoppelException.class, () -> Rig.open(storage(), state));
        assertTrue(e.is(StorageError.IO), e.toString());
    }
}
