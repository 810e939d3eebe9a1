package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.Vault;
import io.doppel.vault.VerifyReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was found damaged or missing, in whatever way, is stored again by the next backup of the same content. */
class HealingTest {
    @TempDir
    Path folder;

    private final Map<String, byte[]> versions = new LinkedHashMap<>();
    private MemoryStorage.Content whole;
    private Path state;

    @BeforeEach
    void store() throws Exception {
        state = Files.createDirectory(folder.resolve("state"));
        MemoryStorage storage = new MemoryStorage();
        try (Vault vault = Rig.create(storage, state)) {
            byte[] first = Bytes.made(1, 3_000_001);
            byte[] second = first.clone();
            Arrays.fill(second, 1_000_000, 1_300_000, (byte) 7);
            for (byte[] content : List.of(first, second)) {
                versions.put(Rig.backup(vault, new Bytes(content)).id(), content);
            }
        }
        whole = storage.content().copy();
    }

    @Test
    void whatValidationFoundDamagedIsStoredAnew() throws Exception {
        for (String prefix : List.of("data/", "tree/")) {
            MemoryStorage.Content damaged = whole.copy();
            for (String object :
                    whole.names().stream().filter(n -> n.startsWith(prefix)).toList()) {
                byte[] bytes = whole.bytes(object).orElseThrow().clone();
                bytes[100] ^= 1;
                damaged.overwrite(object, bytes);
            }
            try (Vault vault = Rig.open(new MemoryStorage(damaged, false), copyOfState())) {
                assertFalse(
                        vault.verify(List.of(), (total, done) -> {}, Rig.NEVER).clean());
                storesAnew(vault);
            }
        }
    }

    @Test
    void whatWasFoundDamagedIsStoredAnewAfterARestart() throws Exception {
        MemoryStorage.Content damaged = withFirstRecordsDamaged();
        Path own = copyOfState();
        try (Vault vault = Rig.open(new MemoryStorage(damaged, false), own)) {
            assertFalse(vault.verify(List.of(), (total, done) -> {}, Rig.NEVER).clean());
        }
        try (Vault vault = Rig.open(new MemoryStorage(damaged, false), own)) {
            String base = List.copyOf(versions.keySet()).get(0);
            assertFalse(vault.damaged(base, "d", Rig.NEVER).isEmpty());
            storesAnew(vault);
        }
    }

    @Test
    void whatProvesRightAgainIsTrustedAgain() throws Exception {
        MemoryStorage.Content damaged = withFirstRecordsDamaged();
        Path own = copyOfState();
        String base = List.copyOf(versions.keySet()).get(0);
        try (Vault vault = Rig.open(new MemoryStorage(damaged, false), own)) {
            vault.verify(List.of(), (total, done) -> {}, Rig.NEVER);
        }
        try (Vault vault = Rig.open(new MemoryStorage(whole.copy(), false), own)) {
            assertFalse(vault.damaged(base, "d", Rig.NEVER).isEmpty());
            assertTrue(vault.verify(List.of(), (total, done) -> {}, Rig.NEVER).clean());
            assertTrue(vault.damaged(base, "d", Rig.NEVER).isEmpty());
        }
        try (Vault vault = Rig.open(new MemoryStorage(whole.copy(), false), own)) {
            assertTrue(vault.damaged(base, "d", Rig.NEVER).isEmpty());
        }
    }

    private MemoryStorage.Content withFirstRecordsDamaged() {
        MemoryStorage.Content damaged = whole.copy();
        for (String object : whole.names()) {
            if (object.startsWith("data/")) {
                byte[] bytes = whole.bytes(object).orElseThrow().clone();
                bytes[100] ^= 1;
                damaged.overwrite(object, bytes);
            }
        }
        return damaged;
    }

    @Test
    void whatARestoreFoundDamagedIsStoredAnew() throws Exception {
        MemoryStorage.Content damaged = whole.copy();
        String object = whole.names().stream()
                .filter(n -> n.startsWith("data/"))
                .findFirst()
                .orElseThrow();
        byte[] bytes = whole.bytes(object).orElseThrow().clone();
        bytes[100] ^= 1;
        damaged.overwrite(object, bytes);
        try (Vault vault = Rig.open(new MemoryStorage(damaged, false), copyOfState())) {
            versions.forEach((version, content) -> restores(vault, version, content));
            storesAnew(vault);
        }
    }

    @Test
    void whatWasMissingAtTheOpeningIsStoredAnew() throws Exception {
        MemoryStorage.Content gone = whole.copy();
        whole.names().stream()
                .filter(n -> n.startsWith("data/") || n.startsWith("tree/"))
                .forEach(gone::remove);
        try (Vault vault = Rig.open(new MemoryStorage(gone, false), copyOfState())) {
            storesAnew(vault);
        }
    }

    /** After a backup of the same content everything that was stored before can be restored again. */
    private void storesAnew(Vault vault) throws Exception {
        for (byte[] content : versions.values()) {
            String fresh = Rig.backup(vault, new Bytes(content)).id();
            assertArrayEquals(content, Rig.restore(vault, fresh));
        }
        for (Map.Entry<String, byte[]> version : versions.entrySet()) {
            assertArrayEquals(version.getValue(), Rig.restore(vault, version.getKey()));
        }
        VerifyReport after = vault.verify(List.of(), (total, done) -> {}, Rig.NEVER);
        assertTrue(after.versions().values().stream().allMatch(List::isEmpty), after::toString);
    }

    private Path copyOfState() throws Exception {
        Path own = Files.createTempDirectory(folder, "state");
        for (Path file : Files.list(state).toList()) {
            if (Files.isRegularFile(file)) {
                Files.copy(file, own.resolve(file.getFileName()));
            }
        }
        return own;
    }

    private static boolean restores(Vault vault, String version, byte[] expected) {
        byte[] found;
        try {
            found = Rig.restore(vault, version);
        } catch (DoppelException e) {
            return false;
        }
        assertArrayEquals(expected, found);
        return true;
    }
}
