package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.CollectOptions;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultOwner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a server keeps of a vault comes from last week: the whole folder, put back from an old copy, or the local index, or the list of what
 * was found damaged. Since then the vault lived on. It is refused with a code or made again, and nothing is lost.
 */
class OldStateTest {
    private static final VaultOwner OTHER = new VaultOwner("other", "other");
    private static final int SIZE = 900_000;

    @TempDir
    Path temp;

    private final MemoryStorage storage = new MemoryStorage();
    private final Map<String, byte[]> versions = new LinkedHashMap<>();
    private final Map<String, byte[]> removed = new LinkedHashMap<>();
    private Path state;
    private Path old;
    private char[] key;

    /** What happened to the vault since the copy was made. */
    private enum Since {
        /** Versions were removed and a purge moved what others needed. */
        PURGE,
        /** Index segments were merged into others. */
        MERGE,
        /** Another server took over, stored, purged and let go. */
        TAKE_OVER,
        /** A key epoch began. */
        KEY_EPOCH,
        /** All of it. */
        ALL
    }

    /** How the server ended that had the folder that is lost. */
    private enum End {
        PEACE,
        DEATH
    }

    @BeforeEach
    void lastWeek() throws Exception {
        state = temp.resolve("state");
        try (Vault vault = Rig.create(storage, state)) {
            key = vault.recoveryKey();
            backup(vault, 1);
            backup(vault, 2);
            backup(vault, 3);
        }
        old = StateFolder.copy(state, temp.resolve("old"));
    }

    /** The first and second half of the disk are each those of some other disk. */
    private static byte[] disk(int number) {
        byte[] disk = Bytes.made(number / 2, SIZE);
        System.arraycopy(Bytes.made(100 + number, SIZE), 0, disk, 0, SIZE / 2);
        return disk;
    }

    private String backup(Vault vault, int number) throws DoppelException {
        byte[] disk = disk(number);
        String id = Rig.backup(vault, new Bytes(disk)).id();
        versions.put(id, disk);
        return id;
    }

    private void remove(Vault vault, int number) throws DoppelException {
        String id = List.copyOf(versions.keySet()).get(number);
        vault.remove(List.of(id));
        removed.put(id, versions.remove(id));
    }

    private static void purge(Vault vault) throws DoppelException {
        vault.collect(new CollectOptions(0, 0), (phase, total, n) -> {}, Rig.NEVER);
    }

    private void live(Since since) throws Exception {
        switch (since) {
            case PURGE -> {
                try (Vault vault = Rig.open(storage, state)) {
                    removeAndPurge(vault);
                }
            }
            case MERGE -> {
                Set<String> before = segments();
                for (int i = 10; i < 20; i++) {
                    try (Vault vault = Rig.open(storage, state)) {
                        backup(vault, i);
                        vault.awaitMerge();
                    }
                }
                assertFalse(segments().containsAll(before), "nothing was merged");
            }
            case TAKE_OVER -> {
                try (Vault vault =
                        Vault.open(storage, temp.resolve("other"), OTHER, VaultAccess.TAKE_OVER, key.clone())) {
                    backup(vault, 20);
                    removeAndPurge(vault);
                }
            }
            case KEY_EPOCH -> {
                try (Vault vault = Rig.open(storage, state)) {
                    vault.keys().startEpoch();
                    backup(vault, 21);
                    purge(vault);
                }
            }
            case ALL -> {
                for (Since each : List.of(Since.PURGE, Since.MERGE, Since.TAKE_OVER, Since.KEY_EPOCH)) {
                    live(each);
                }
            }
        }
    }

    private void removeAndPurge(Vault vault) throws DoppelException {
        Set<String> before = packs();
        remove(vault, 0);
        purge(vault);
        assertFalse(packs().containsAll(before), "nothing was collected");
    }

    private Set<String> segments() {
        return names("index/");
    }

    private Set<String> packs() {
        Set<String> packs = new TreeSet<>(names("data/"));
        packs.addAll(names("tree/"));
        return packs;
    }

    private Set<String> names(String folder) {
        return storage.content().names().stream()
                .filter(name -> name.startsWith(folder))
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @EnumSource
    void aFolderOfLastWeekGoesOn(Since since) throws Exception {
        live(since);
        StateFolder.restore(old, state);
        try (Vault vault = Rig.open(storage, state)) {
            workOn(vault);
        }
        assertSoundForAnyone();
    }

    @ParameterizedTest
    @EnumSource
    void theIndexOfLastWeekIsMadeAgain(Since since) throws Exception {
        live(since);
        StateFolder.restore(old.resolve("index"), state.resolve("index"));
        try (Vault vault = Rig.open(storage, state)) {
            vault.awaitMerge();
            assertTrue(segments().containsAll(cached()), "a file of a segment that is gone");
            workOn(vault);
        }
        assertSoundForAnyone();
    }

    @ParameterizedTest
    @EnumSource
    void aReaderWithTheIndexOfLastWeekCatchesUp(Since since) throws Exception {
        live(since);
        try (Vault reader = Vault.open(storage, old, Rig.OWNER, VaultAccess.READ_ONLY, new char[0])) {
            assertSound(reader);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFolderOfAServerThatDiedIsRefusedUntilItTakesOver(Since since) throws Exception {
        live(since);
        Path lost = StateFolder.copy(state, temp.resolve("lost"));
        // not closed in peace: what it has is a lease of which the old folder does not know
        Vault died = Rig.open(storage, lost);
        backup(died, 30);
        StateFolder.restore(old, state);
        DoppelException e = assertThrows(DoppelException.class, () -> Rig.open(storage, state));
        assertTrue(e.is(VaultError.HELD), e.getMessage());
        try (Vault vault = Vault.open(storage, state, Rig.OWNER, VaultAccess.TAKE_OVER, new char[0])) {
            workOn(vault);
        }
        died.close();
        assertSoundForAnyone();
    }

    @Test
    void aKeyFileThatWasReplacedSinceOpensNothing() throws Exception {
        try (Vault vault = Rig.open(storage, state)) {
            vault.keys().rotateMachineKey();
            removeAndPurge(vault);
        }
        StateFolder.restore(old, state);
        Set<String> before = storage.content().names();
        DoppelException e = assertThrows(DoppelException.class, () -> Rig.open(storage, state));
        assertTrue(e.is(VaultError.LOCKED), e.getMessage());
        assertEquals(before, storage.content().names());
        try (Vault vault = Vault.open(storage, state, Rig.OWNER, VaultAccess.ATTACH, key.clone())) {
            assertEquals(1, vault.warnings().size());
            assertTrue(vault.warnings().get(0).contains("The key file's slot is of no use"));
        }
        try (Vault vault = Rig.open(storage, state)) {
            workOn(vault);
        }
        assertSoundForAnyone();
    }

    @Test
    void whatWasFoundDamagedLastWeekIsForgottenOnceItIsWhole() throws Exception {
        String pack =
                packs().stream().filter(p -> p.startsWith("data/")).findFirst().orElseThrow();
        byte[] whole = storage.content().bytes(pack).orElseThrow();
        storage.content().remove(pack);
        try (Vault vault = Rig.open(storage, state)) {
            assertFalse(vault.verify(List.of(), (total, n) -> {}, Rig.NEVER).clean());
        }
        Path damage = Files.copy(state.resolve("damage"), temp.resolve("damage"));
        storage.content().overwrite(pack, whole);
        try (Vault vault = Rig.open(storage, state)) {
            vault.verify(List.of(), (total, n) -> {}, Rig.NEVER);
            removeAndPurge(vault);
        }
        Files.copy(damage, state.resolve("damage"), StandardCopyOption.REPLACE_EXISTING);
        try (Vault vault = Rig.open(storage, state)) {
            workOn(vault);
        }
        assertSoundForAnyone();
    }

    /** Backs up, removes, purges and validates; what was collected is not taken for there. */
    private void workOn(Vault vault) throws Exception {
        assertSound(vault);
        for (byte[] disk : List.copyOf(removed.values())) {
            versions.put(Rig.backup(vault, new Bytes(disk)).id(), disk);
        }
        backup(vault, 40);
        assertSound(vault);
        remove(vault, 0);
        purge(vault);
        assertSound(vault);
    }

    private Set<String> cached() throws IOException {
        try (Stream<Path> files = Files.list(state.resolve("index"))) {
            return files.map(f -> f.getFileName().toString())
                    .map(name -> "index/" + name.substring(0, 2) + "/" + name)
                    .collect(Collectors.toSet());
        }
    }

    private void assertSound(Vault vault) throws DoppelException {
        assertEquals(List.of(), vault.warnings());
        assertEquals(new TreeSet<>(versions.keySet()), new TreeSet<>(vault.versionIds()));
        for (Map.Entry<String, byte[]> v : versions.entrySet()) {
            assertArrayEquals(v.getValue(), Rig.restore(vault, v.getKey()));
        }
        var report = vault.verify(List.of(), (total, n) -> {}, Rig.NEVER);
        assertTrue(report.clean(), report::toString);
    }

    /** In the eyes of the server, and of one that never saw the vault. */
    private void assertSoundForAnyone() throws Exception {
        try (Vault vault = Vault.open(storage, state, Rig.OWNER, VaultAccess.ATTACH, new char[0])) {
            assertSound(vault);
        }
        try (Vault reader = Vault.open(storage, temp.resolve("reader"), OTHER, VaultAccess.READ_ONLY, key.clone())) {
            assertSound(reader);
        }
    }
}
