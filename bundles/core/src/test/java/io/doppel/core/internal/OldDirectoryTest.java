package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.VaultRequest;
import io.doppel.api.vault.VersionView;
import io.doppel.vault.VaultError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All that a server keeps, catalogue, keys and local index, is put back from an old copy, after it went on working on its vault. */
class OldDirectoryTest {
    @TempDir
    Path folder;

    private final Map<String, byte[]> versions = new HashMap<>();
    private Path machines;
    private Path state;
    private Path image;
    private int backups;

    @BeforeEach
    void setUp() throws Exception {
        machines = Files.createDirectory(folder.resolve("machines"));
        image = Files.createDirectory(machines.resolve("web")).resolve("disk.img");
        state = folder.resolve("state");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private void backUp(Server server) throws Exception {
        byte[] content = new byte[1 << 20];
        new Random(1).nextBytes(content);
        byte[] fresh = new byte[500_000];
        new Random(++backups).nextBytes(fresh);
        System.arraycopy(fresh, 0, content, 0, fresh.length);
        Files.write(image, content);
        versions.put(server.succeed("version", "backup", List.of("h/web"), Map.of("vault", "v")), content);
    }

    private void removeOldest(Server server) throws DoppelException {
        String oldest = versions.keySet().stream().sorted().findFirst().orElseThrow();
        server.core.retention().remove(List.of(oldest), false);
        versions.remove(oldest);
    }

    private static void purge(Server server) throws Exception {
        server.succeed("freed", "purge", List.of(), Map.of("vault", "v", "retention", "false"));
    }

    private void makeVaultAndCopy() throws Exception {
        try (Server server = new Server(state)) {
            server.addVault("v", folder.resolve("vault"), VaultRequest.Access.CREATE);
            server.core.inventory().addHost("h", "folder", Map.of("path", machines.toString()));
            backUp(server);
            backUp(server);
        }
        copy(state, folder.resolve("old"));
    }

    private void putBack() throws IOException {
        Files.move(state, folder.resolve("lost"));
        copy(folder.resolve("old"), state);
    }

    @Test
    void itLearnsWhatHappenedAndGoesOn() throws Exception {
        makeVaultAndCopy();
        try (Server server = new Server(state)) {
            backUp(server);
            removeOldest(server);
            purge(server);
            server.core.vaults().startKeyEpoch("v");
            backUp(server);
        }
        putBack();
        try (Server server = new Server(state)) {
            server.succeed("", "validate", List.of(), Map.of("vault", "v"));
            assertEverythingIsThere(server);
            backUp(server);
            removeOldest(server);
            purge(server);
            assertEverythingIsThere(server);
            server.succeed("", "validate", List.of(), Map.of("vault", "v"));
        }
    }

    @Test
    void aKeyThatWasReplacedSinceIsRefusedWithACode() throws Exception {
        makeVaultAndCopy();
        try (Server server = new Server(state)) {
            server.core.vaults().rotateMachineKey("v");
            backUp(server);
        }
        putBack();
        try (Server server = new Server(state)) {
            DoppelException e = assertThrows(
                    DoppelException.class, () -> server.core.vaults().startKeyEpoch("v"));
            assertEquals(VaultError.LOCKED.id(), e.code().id(), e.getMessage());
            server.core.vaults().removeVault("v");
            server.addVault("v", folder.resolve("vault"), VaultRequest.Access.ATTACH);
            assertEverythingIsThere(server);
            backUp(server);
            assertEverythingIsThere(server);
        }
    }

    private void assertEverythingIsThere(Server server) throws Exception {
        Set<String> listed = server.core.vaults().versions(Optional.of("v"), Optional.empty()).stream()
                .map(VersionView::id)
                .collect(Collectors.toSet());
        assertEquals(versions.keySet(), listed);
        for (Map.Entry<String, byte[]> version : versions.entrySet()) {
            String name = "r" + version.getKey() + listed.size() + backups;
            server.succeed("", "restore", List.of(), Map.of("version", version.getKey(), "name", name));
            assertArrayEquals(
                    version.getValue(),
                    Files.readAllBytes(machines.resolve(name).resolve("disk.img")));
        }
    }
}
