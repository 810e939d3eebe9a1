package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;
import io.doppel.api.vault.KeySlotView;
import io.doppel.api.vault.VaultRequest;
import io.doppel.api.vault.VaultService;
import io.doppel.core.SecretError;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageType;
import io.doppel.storage.local.internal.LocalStorageType;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultOwner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Keys of a real vault as two servers see them. */
class VaultKeysTest {
    private static final String NEW = "another secret";

    @TempDir
    Path folder;

    private Path machines;
    private Server first;
    private Server second;

    @BeforeEach
    void start() throws Exception {
        machines = Files.createDirectory(folder.resolve("machines"));
        byte[] bytes = new byte[1 << 20];
        new Random(1).nextBytes(bytes);
        Files.write(Files.createDirectory(machines.resolve("web")).resolve("disk.img"), bytes);
        Files.createDirectory(folder.resolve("vaults"));
        first = new Server(folder.resolve("first"));
        second = new Server(folder.resolve("second"));
        first.addVault("v", folder.resolve("vaults/v"), VaultRequest.Access.CREATE);
        for (Server server : List.of(first, second)) {
            server.core.inventory().addHost("h", "folder", Map.of("path", machines.toString()));
        }
    }

    @AfterEach
    void stop() {
        second.close();
        first.close();
    }

    private void attach(Server server, VaultRequest.Access access, String unlock) throws DoppelException {
        server.core.vaults().addVault(local("v", access, unlock));
    }

    private VaultRequest local(String name, VaultRequest.Access access, String unlock) {
        Path place = folder.resolve("vaults").resolve(name);
        return new VaultRequest(
                name,
                "local",
                Map.of("path", place.toString()),
                access,
                "zstd",
                unlock.toCharArray(),
                Optional.empty(),
                true);
    }

    private static void assertCode(ErrorCode code, Executable action) {
        DoppelException e = assertThrows(DoppelException.class, action);
        assertEquals(code.id(), e.code().id(), e.getMessage());
    }

    private static KeySlotView own(VaultService vaults) throws DoppelException {
        List<KeySlotView> own =
                vaults.keySlots("v").stream().filter(KeySlotView::own).toList();
        assertEquals(1, own.size());
        return own.get(0);
    }

    /** One test, because a server takes seconds to start. */
    @Test
    void keysAcrossTwoServers() throws Exception {
        aShortPassphraseIsRefusedWhereItIsNewAndOpensWhatItIsOf();
        afterAChangeOnlyTheNewPassphraseOpensTheVaultOnAnotherServer();
        withTheRecoveryKeyAloneANewServerReadsThenTakesOverAndLocksTheLostOneOut();
    }

    private void aShortPassphraseIsRefusedWhereItIsNewAndOpensWhatItIsOf() throws Exception {
        VaultService vaults = first.core.vaults();
        int slots = vaults.keySlots("v").size();
        assertCode(SecretError.SHORT_PASSPHRASE, () -> vaults.addPassphrase("v", "anna", "7 chars".toCharArray()));
        assertCode(
                SecretError.SHORT_PASSPHRASE,
                () -> vaults.changePassphrase("v", Optional.of("first passphrase"), new char[0]));
        // eight chars, but seven characters
        assertCode(
                SecretError.SHORT_PASSPHRASE,
                () -> first.core.vaults().addVault(local("w", VaultRequest.Access.CREATE, "123456\ud83d\udd11")));
        assertEquals(slots, vaults.keySlots("v").size());
        Path old = Files.createDirectories(folder.resolve("vaults/old"));
        StorageType type = new LocalStorageType();
        try (Storage storage = type.open(type.settings().parse(Map.of("path", old.toString())), first.core.secrets())) {
            Vault.create(storage, old.resolveSibling("state"), new VaultOwner("i", "s"), "zstd", "x".toCharArray())
                    .close();
        }
        first.core.vaults().addVault(local("old", VaultRequest.Access.ATTACH, "x"));
        first.core.vaults().removeVault("old");
    }

    private void afterAChangeOnlyTheNewPassphraseOpensTheVaultOnAnotherServer() throws Exception {
        VaultService vaults = first.core.vaults();
        vaults.addPassphrase("v", "anna", "one of anna".toCharArray());
        KeySlotView changed = vaults.changePassphrase("v", Optional.of("first passphrase"), NEW.toCharArray());
        assertTrue(vaults.keySlots("v").contains(changed));
        VaultRequest.Access readOnly = VaultRequest.Access.READ_ONLY;
        assertCode(VaultError.WRONG_KEY, () -> attach(second, readOnly, Server.PASSPHRASE));
        attach(second, readOnly, NEW);
        DoppelException refused =
                assertThrows(DoppelException.class, () -> second.core.vaults().removeKeySlot("v", "anna"));
        assertEquals(VaultError.READ_ONLY.id(), refused.code().id());
        assertEquals("Vault 'v' is open for reading only", refused.what());
        assertCode(VaultError.READ_ONLY, () -> second.core.vaults().startKeyEpoch("v"));
        second.core.vaults().removeVault("v");
        vaults.removeKeySlot("v", "anna");
        assertCode(VaultError.WRONG_KEY, () -> attach(second, readOnly, "one of anna"));
        assertEquals(List.of(), second.core.vaults().vaults());
    }

    /** docs/keys.md, "When a server is lost". */
    private void withTheRecoveryKeyAloneANewServerReadsThenTakesOverAndLocksTheLostOneOut() throws Exception {
        String version = first.succeed("version", "backup", List.of("h/*"), Map.of("vault", "v"));
        String recovery = new String(first.core.vaults().exportRecoveryKey("v"));
        KeySlotView lost = own(first.core.vaults());

        attach(second, VaultRequest.Access.READ_ONLY, recovery);
        second.succeed("machine", "restore", List.of(), Map.of("version", version, "name", "looked at"));
        assertArrayEquals(
                Files.readAllBytes(machines.resolve("web/disk.img")),
                Files.readAllBytes(machines.resolve("looked at/disk.img")));
        second.core.vaults().removeVault("v");

        attach(second, VaultRequest.Access.TAKE_OVER, recovery);
        VaultService vaults = second.core.vaults();
        KeySlotView own = own(vaults);
        assertEquals(KeySlotView.Kind.MACHINE, own.kind());
        assertEquals(4, vaults.keySlots("v").size());
        assertCode(VaultError.OWN_SLOT, () -> vaults.removeKeySlot("v", own.id()));
        assertCode(VaultError.LEASE_LOST, () -> first.core.vaults().rotateMachineKey("v"));
        assertEquals(lost.id(), vaults.removeKeySlot("v", lost.id()).id());
        assertEquals(2, vaults.startKeyEpoch("v"));
        String later = second.succeed("version", "backup", List.of("h/web"), Map.of("vault", "v"));
        assertCode(VaultError.LOCKED, () -> first.core.vaults().keySlots("v"));

        second.close();
        second = new Server(folder.resolve("second"));
        assertEquals(own.id(), own(second.core.vaults()).id());
        for (String id : List.of(version, later)) {
            second.succeed("machine", "restore", List.of(), Map.of("version", id, "name", "r" + id));
            assertArrayEquals(
                    Files.readAllBytes(machines.resolve("web/disk.img")),
                    Files.readAllBytes(machines.resolve("r" + id).resolve("disk.img")));
        }
    }
}
