package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.vault.VaultRequest;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder of a vault that is open becomes another one: copied back, mounted again, or lost. */
class ReplacedFolderTest {
    @TempDir
    Path folder;

    private Path store;
    private Path image;
    private Server server;
    private String version;

    @BeforeEach
    void start() throws Exception {
        store = folder.resolve("store");
        image = Files.createDirectories(folder.resolve("machines/m")).resolve("disk.img");
        server = new Server(folder.resolve("state"));
        server.addVault("v", store, VaultRequest.Access.CREATE);
        server.core
                .inventory()
                .addHost(
                        "f", "folder", Map.of("path", folder.resolve("machines").toString()));
        version = server.succeed("version", "backup", List.of("f/m"), changed(1));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Map<String, String> changed(int seed) throws Exception {
        byte[] content = new byte[1 << 20];
        new Random(seed).nextBytes(content);
        Files.write(image, content);
        return Map.of("vault", "v", "validate", "false");
    }

    private JobRun backup(int seed) throws Exception {
        return server.run("backup", List.of("f/m"), changed(seed));
    }

    private void assertFails(String code, int seed) throws Exception {
        JobRun run = backup(seed);
        assertEquals(JobState.FAILED, run.state(), run.outcome());
        assertEquals(code, run.errorCode(), run.outcome());
    }

    @Test
    void aFolderThatWasCopiedBackIsOpenedAnewByTheNextUse() throws Exception {
        Files.move(store, folder.resolve("old"));
        Trees.copy(folder.resolve("old"), folder.resolve("copy"));
        Files.move(folder.resolve("copy"), store);
        // Whoever is first finds out; that may be the watch over the lease, before this run.
        JobRun first = backup(2);
        assertTrue(
                first.state() == JobState.SUCCEEDED || first.errorCode().equals(StorageError.UNREACHABLE.id()),
                first.outcome());
        server.succeed("version", "backup", List.of("f/m"), changed(3));
        server.succeed("machine", "restore", List.of(), Map.of("version", version, "name", "again"));
        assertEquals(
                List.of(),
                server.core.vaults().vaults().stream()
                        .map(v -> v.message())
                        .filter(m -> !m.isEmpty())
                        .toList());
    }

    @Test
    void anEmptyFolderIsNotTakenForTheVaultAndStaysEmpty() throws Exception {
        Files.move(store, folder.resolve("old"));
        Files.createDirectory(store);
        for (int seed = 2; seed < 5; seed++) {
            assertFails(StorageError.UNREACHABLE.id(), seed);
        }
        assertEquals(Map.of("", -1L), Trees.content(store));
        Files.delete(store);
        for (int seed = 5; seed < 7; seed++) {
            assertFails(StorageError.UNREACHABLE.id(), seed);
        }
        Files.move(folder.resolve("old"), store);
        server.succeed("version", "backup", List.of("f/m"), changed(7));
    }

    @Test
    void anotherVaultInItsPlaceIsLeftAlone() throws Exception {
        server.addVault("w", folder.resolve("other"), VaultRequest.Access.CREATE);
        server.core.vaults().removeVault("w");
        Files.move(store, folder.resolve("old"));
        Files.move(folder.resolve("other"), store);
        Map<String, Long> before = Trees.content(store);
        for (int seed = 2; seed < 5; seed++) {
            assertFails(StorageError.UNREACHABLE.id(), seed);
        }
        assertEquals(before, Trees.content(store));
        Files.move(store, folder.resolve("other"));
        Files.move(folder.resolve("old"), store);
        server.succeed("version", "backup", List.of("f/m"), changed(5));
    }

    @Test
    void anOlderStateThatWasRestoredIsToldAsWhatItIs() throws Exception {
        Trees.copy(store, folder.resolve("older"));
        server.succeed("version", "backup", List.of("f/m"), changed(2));
        Files.move(store, folder.resolve("old"));
        Files.move(folder.resolve("older"), store);
        backup(3);
        assertFails(VaultError.ROLLED_BACK.id(), 4);
        assertFails(VaultError.ROLLED_BACK.id(), 5);
        Files.move(store, folder.resolve("older"));
        Files.move(folder.resolve("old"), store);
        server.succeed("version", "backup", List.of("f/m"), changed(6));
    }
}
