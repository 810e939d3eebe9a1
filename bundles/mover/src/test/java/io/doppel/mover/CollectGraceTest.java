package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.CollectOptions;
import io.doppel.vault.CollectProgress;
import io.doppel.vault.CollectReport;
import io.doppel.vault.Vault;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.WriteSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an interrupted backup stored is kept for a while, and only that; a dry run changes nothing. */
class CollectGraceTest {
    private static final int SIZE = 4_000_000;
    private static final CollectOptions KEEPING = CollectOptions.DEFAULT.withGrace(Duration.ofDays(2));

    @TempDir
    Path temp;

    private final MemoryStorage storage = new MemoryStorage();
    private Path state;
    private Vault vault;

    @BeforeEach
    void create() throws Exception {
        state = Files.createDirectory(temp.resolve("state"));
        vault = Rig.create(storage, state);
    }

    @AfterEach
    void close() throws Exception {
        vault.close();
    }

    private void reopen() throws DoppelException {
        vault.close();
        vault = Rig.open(storage, state);
    }

    private CollectReport collect(CollectOptions options) throws DoppelException {
        return vault.collect(options, (phase, total, done) -> {}, Rig.NEVER);
    }

    /** Stores all of a disk, and then no version. */
    private void interrupted(byte[] disk) throws DoppelException {
        try (WriteSession session = vault.begin()) {
            store(disk, session);
        }
    }

    private static void store(byte[] disk, WriteSession session) throws DoppelException {
        Transfer transfer = new Transfer(Rig.QUIET, 0);
        transfer.store("d", new Bytes(disk), session, Optional.empty(), Optional.empty(), List.of());
        transfer.run();
    }

    private Set<String> packs() {
        return storage.content().names().stream()
                .filter(n -> n.startsWith("data/") || n.startsWith("tree/"))
                .collect(Collectors.toSet());
    }

    private Map<String, String> everything() {
        // a merge beside it would take objects away while they are looked at
        vault.awaitMerge();
        MemoryStorage.Content content = storage.content();
        Map<String, String> all = new TreeMap<>();
        content.names()
                .forEach(n -> all.put(
                        n, Integer.toString(Arrays.hashCode(content.bytes(n).orElseThrow()))));
        return all;
    }

    private List<Path> notes() throws IOException {
        Path folder = state.resolve("unpublished");
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private void assertResumes(byte[] disk) throws DoppelException {
        VersionManifest version = Rig.backup(vault, new Bytes(disk));
        assertTrue(version.stats().storedBytes() < 20_000, () -> version.stats().toString());
        assertArrayEquals(disk, Rig.restore(vault, version.id()));
    }

    @Test
    void aResumedBackupFindsWhatTheInterruptedOneStored() throws Exception {
        byte[] disk = Bytes.made(1, SIZE);
        interrupted(disk);
        Set<String> before = packs();
        CollectReport report = collect(KEEPING);
        assertEquals(before, packs());
        assertTrue(report.bytesKept() > SIZE / 8, report::toString);
        assertEquals(0, report.bytesUnused());
        reopen();
        assertEquals(report.bytesKept(), collect(KEEPING).bytesKept(), "also after a restart");
        assertResumes(disk);
        assertEquals(before, packs());
    }

    @Test
    void soItIsWhenTheServerIsKilled() throws Exception {
        byte[] disk = Bytes.made(1, SIZE);
        MemoryStorage.Content left;
        Path stateLeft;
        try (WriteSession session = vault.begin()) {
            store(disk, session);
            session.flush();
            left = storage.content().copy();
            stateLeft = FaultStage.copy(state, Files.createTempDirectory(temp, "left"));
            FaultStage.copy(state.resolve("unpublished"), stateLeft.resolve("unpublished"));
        }
        vault.close();
        storage.content().names().forEach(storage.content()::remove);
        for (String name : left.names()) {
            storage.content().overwrite(name, left.bytes(name).orElseThrow());
        }
        state = stateLeft;
        vault = Rig.open(storage, state);
        Set<String> before = packs();
        assertTrue(collect(KEEPING).bytesKept() > SIZE / 8);
        assertEquals(before, packs());
        assertResumes(disk);
    }

    @Test
    void afterTheGraceItIsGone() throws Exception {
        interrupted(Bytes.made(1, SIZE));
        Instant then = Instant.now().minus(Duration.ofDays(3));
        for (Path note : notes()) {
            Files.setLastModifiedTime(note, FileTime.from(then));
        }
        assertEquals(0, collect(KEEPING).bytesKept());
        assertEquals(Set.of(), packs());
        assertEquals(List.of(), notes());
    }

    @Test
    void withoutGraceItIsGoneAtOnce() throws Exception {
        interrupted(Bytes.made(1, SIZE));
        assertEquals(1, notes().size());
        assertEquals(0, collect(CollectOptions.DEFAULT).bytesKept());
        assertEquals(Set.of(), packs());
        assertEquals(List.of(), notes());
    }

    @Test
    void whatRemovedVersionsNeededIsNotKept() throws Exception {
        byte[] disk = Bytes.made(1, SIZE);
        String old = Rig.backup(vault, new Bytes(disk)).id();
        assertEquals(List.of(), notes());
        vault.remove(List.of(old));
        CollectReport report = collect(KEEPING);
        assertEquals(0, report.bytesKept());
        assertEquals(Set.of(), packs());
    }

    @Test
    void whatIsKeptDoesNotHoldOtherThingsBack() throws Exception {
        byte[] disk = Bytes.made(1, SIZE);
        String old = Rig.backup(vault, new Bytes(disk)).id();
        byte[] next = disk.clone();
        System.arraycopy(Bytes.made(9, SIZE / 2), 0, next, 0, SIZE / 2);
        String kept = Rig.backup(vault, new Bytes(next)).id();
        vault.remove(List.of(old));
        byte[] other = Bytes.made(5, SIZE);
        interrupted(other);
        CollectReport report = collect(KEEPING);
        assertTrue(report.bytesFreed() > 0 && report.bytesKept() > 0, report::toString);
        assertTrue(report.bytesUnused() < 0.07 * report.bytesInUse(), report::toString);
        assertArrayEquals(next, Rig.restore(vault, kept));
        assertResumes(other);
    }

    @Test
    void whatOneStillOpenStoresIsNotCountedAsKept() throws Exception {
        byte[] disk = Bytes.made(1, SIZE);
        try (WriteSession session = vault.begin()) {
            store(disk, session);
            session.flush();
            assertEquals(0, collect(KEEPING).bytesKept());
            assertEquals(0, collect(CollectOptions.DEFAULT).bytesKept());
            assertEquals(1, notes().size(), "its note stays whatever the grace is");
        }
        assertTrue(collect(KEEPING).bytesKept() > 0);
    }

    @Test
    void aDryRunChangesNoObject() throws Exception {
        byte[] disk = Bytes.made(1, SIZE);
        String old = Rig.backup(vault, new Bytes(disk)).id();
        byte[] next = disk.clone();
        Arrays.fill(next, 0, SIZE / 2, (byte) 7);
        Rig.backup(vault, new Bytes(next));
        vault.remove(List.of(old));
        CollectOptions dry = CollectOptions.estimate(0.05, Set.of());
        assertUnchangedBy(dry);
        CollectReport estimate = collect(dry);
        int[] deletions = {0};
        Map<String, String> before = everything();
        try {
            vault.collect(
                    CollectOptions.DEFAULT,
                    (phase, total, done) -> {
                        if (total > 0 && phase == CollectProgress.Phase.DELETE && deletions[0]++ == 0) {
                            throw new IllegalStateException("killed");
                        }
                    },
                    Rig.NEVER);
        } catch (IllegalStateException e) {
            assertTrue(everything().size() > before.size(), "cleared, but nothing deleted");
        }
        reopen();
        // packs that were cleared wait for their deletion
        assertUnchangedBy(dry);
        assertTrue(collect(dry).packsDeleted() > 0);
        assertTrue(collect(CollectOptions.DEFAULT).packsDeleted() <= estimate.packsDeleted());
        vault.awaitMerge();
        // lists that no head needs to name any more
        assertUnchangedBy(dry);
        before = everything();
        assertEquals(0, collect(CollectOptions.DEFAULT).packsDeleted());
        assertTrue(!before.equals(everything()), "there was something to do");
    }

    private void assertUnchangedBy(CollectOptions dry) throws DoppelException {
        Map<String, String> before = everything();
        collect(dry);
        assertEquals(before, everything());
    }
}
