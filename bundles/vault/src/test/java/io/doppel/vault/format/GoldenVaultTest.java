package io.doppel.vault.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.job.CancelToken;
import io.doppel.spi.storage.Storage;
import io.doppel.storage.local.LocalStorage;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultOwner;
import io.doppel.vault.VerifyReport;
import io.doppel.vault.VersionDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** We can still read what was stored once. */
class GoldenVaultTest {
    private static final String GOLDEN = "io.doppel.vault.format.GoldenVault#all";

    @TempDir
    Path temp;

    @ParameterizedTest
    @MethodSource(GOLDEN)
    void everyDiskOfEveryVersionIsAsItWas(GoldenVault golden) throws Exception {
        try (Storage storage = storage(golden);
                Vault vault = open(storage, golden.passphrase())) {
            assertEquals(List.of(), vault.warnings());
            assertEquals(golden.versions(), vault.versionIds());
            for (GoldenVault.Disk expected : golden.disks()) {
                try (VersionDisk disk = vault.openDisk(expected.version(), expected.key())) {
                    assertEquals(expected.size(), disk.size());
                    assertEquals(expected.sha256(), Sha256.of(disk), expected::toString);
                }
            }
            VerifyReport report = vault.verify(List.of(), (total, done) -> {}, CancelToken.NEVER);
            assertTrue(report.clean(), report::toString);
        }
    }

    @ParameterizedTest
    @MethodSource(GOLDEN)
    void theRecoveryKeyOpensIt(GoldenVault golden) throws Exception {
        try (Storage storage = storage(golden);
                Vault vault = open(storage, golden.recoveryKey())) {
            assertEquals(golden.versions(), vault.versionIds());
        }
    }

    @ParameterizedTest
    @MethodSource(GOLDEN)
    void storedAgainItIsFoundAgain(GoldenVault golden) throws Exception {
        Path state = Files.createDirectories(temp.resolve("state"));
        Files.copy(golden.machineKey(), state.resolve("machine.key"));
        VaultOwner owner = new VaultOwner("another installation", "another server");
        try (Storage storage = LocalStorage.open(golden.copyTo(temp.resolve("vault")));
                Vault vault = Vault.open(storage, state, owner, VaultAccess.TAKE_OVER, new char[0])) {
            for (GoldenVault.Disk old : golden.disks()) {
                try (VersionDisk disk = vault.openDisk(old.version(), old.key());
                        Backup backup = new Backup(vault)) {
                    String again = backup.full(old.key(), disk).publish("again", Instant.now());
                    assertEquals(
                            vault.version(old.version()).disk(old.key()),
                            vault.version(again).disk(old.key()));
                    assertEquals(0, vault.version(again).stats().storedBytes(), "it is cut or identified differently");
                }
            }
        }
    }

    private static Storage storage(GoldenVault golden) throws Exception {
        return LocalStorage.openReadOnly(golden.vault().toAbsolutePath());
    }

    /** As a server that never saw the vault. */
    private Vault open(Storage storage, Path key) throws Exception {
        VaultOwner stranger = new VaultOwner("another installation", "another server");
        char[] unlock = Files.readString(key).strip().toCharArray();
        return Vault.open(storage, temp.resolve("state"), stranger, VaultAccess.READ_ONLY, unlock);
    }
}
