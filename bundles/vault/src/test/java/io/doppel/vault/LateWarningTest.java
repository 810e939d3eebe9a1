package io.doppel.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.vault.internal.meta.MapStorage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong while a vault is open, without making anything fail, is told all the same. */
class LateWarningTest {
    @TempDir
    Path temp;

    @Test
    void thatTheNewestHeadCannotBeKeptInMindIsLoggedAndListed() throws Exception {
        VaultOwner owner = new VaultOwner("installation", "server");
        PrintStream before = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Vault vault = Vault.create(new MapStorage(), temp, owner, "zstd", new char[0]);
                PrintStream log = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            assertEquals(List.of(), vault.warnings());
            Path seen = temp.resolve("seen.json");
            Files.delete(seen);
            Files.createDirectories(seen.resolve("full"));
            System.setErr(log);
            vault.keys().startEpoch();
            System.setErr(before);
            assertEquals(1, vault.warnings().size());
            assertTrue(vault.warnings().get(0).contains(seen.toString()), vault.warnings()::toString);
        } finally {
            System.setErr(before);
        }
        String log = bytes.toString(StandardCharsets.UTF_8);
        assertTrue(log.lines().anyMatch(line -> line.contains("WARN") && line.contains("seen.json")), log);
    }
}
