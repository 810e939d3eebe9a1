package io.doppel.vault.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.spi.storage.Storage;
import io.doppel.storage.local.LocalStorage;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultOwner;
import io.doppel.vault.VerifyReport;
import io.doppel.vault.VersionDisk;
import io.doppel.vault.WriteSession;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Content that is stored before, while and after a key epoch begins. */
class KeyEpochVaultTest {
    private static final VaultOwner OWNER = new VaultOwner("installation", "server");
    private static final int EPOCH_AT = 12;

    @TempDir
    Path temp;

    private Storage storage;
    private Vault vault;

    @BeforeEach
    void make() throws Exception {
        storage = LocalStorage.open(temp.resolve("vault"));
        vault = Vault.create(storage, temp.resolve("state"), OWNER, "zstd", new char[0]);
    }

    @AfterEach
    void close() throws Exception {
        vault.close();
        storage.close();
    }

    private void reopen() throws Exception {
        vault.close();
        vault = Vault.open(storage, temp.resolve("state"), OWNER, VaultAccess.ATTACH, new char[0]);
    }

    private static SparseDisk disk(int seed) {
        return new SparseDisk(2 << 20).random(0, 400, new Random(seed));
    }

    private static byte[] chunk(int seed) {
        byte[] chunk = new byte[64 << 10];
        new Random(seed).nextBytes(chunk);
        return chunk;
    }

    /** How many objects below a folder name each key epoch. */
    private Map<Integer, Integer> epochs(String folder) throws Exception {
        Map<Integer, Integer> count = new TreeMap<>();
        try (Stream<Path> files = Files.walk(temp.resolve("vault").resolve(folder))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                count.merge(ByteBuffer.wrap(Files.readAllBytes(file)).getInt(EPOCH_AT), 1, Integer::sum);
            }
        }
        return count;
    }

    private static void assertClean(Vault of) throws Exception {
        VerifyReport report = of.verify(List.of(), (total, done) -> {}, CancelToken.NEVER);
        assertTrue(report.clean(), report::toString);
    }

    private static void assertReads(Vault from, String version, SparseDisk expected) throws Exception {
        try (VersionDisk disk = from.openDisk(version, "0")) {
            assertEquals(Sha256.of(expected), Sha256.of(disk));
        }
    }

    @Test
    void aSessionThatIsOpenGoesOnAndUsesTheNewEpochForItsNextPack() throws Exception {
        try (WriteSession session = vault.begin()) {
            WriteSession.Lane before = session.lane();
            before.store(chunk(1), 0, 64 << 10);
            vault.keys().startEpoch();
            before.store(chunk(2), 0, 64 << 10);
            WriteSession.Lane after = session.lane();
            after.store(chunk(3), 0, 64 << 10);
            session.flush();
        }
        assertEquals(Map.of(1, 1, 2, 1), epochs("data"));
        SparseDisk disk = disk(1);
        String version;
        try (Backup backup = new Backup(vault)) {
            version = backup.full("0", disk).publish("machine", Instant.now());
        }
        assertEquals(Map.of(1, 1, 2, 2), epochs("data"));
        assertEquals(Map.of(2, 1), epochs("index"));
        reopen();
        assertEquals(List.of(), vault.warnings());
        assertReads(vault, version, disk);
        assertClean(vault);
    }

    /** K_id stays: what is there is not stored again. */
    @Test
    void whatWasStoredBeforeIsFoundAgain() throws Exception {
        SparseDisk disk = disk(1);
        String first;
        try (Backup backup = new Backup(vault)) {
            first = backup.full("0", disk).publish("machine", Instant.now());
        }
        vault.keys().startEpoch();
        reopen();
        String second;
        try (Backup backup = new Backup(vault)) {
            second = backup.full("0", disk).publish("machine", Instant.now());
        }
        assertEquals(0, vault.version(second).stats().storedBytes());
        assertEquals(vault.version(first).disk("0"), vault.version(second).disk("0"));
        assertEquals(Map.of(1, 1), epochs("data"));
        assertReads(vault, second, disk);
        assertClean(vault);
    }

    @Test
    void aReaderFromBeforeReadsAndVerifiesWhatIsStoredUnderTheNewEpoch() throws Exception {
        SparseDisk old = disk(1);
        SparseDisk fresh = disk(2);
        String before;
        try (Backup backup = new Backup(vault)) {
            before = backup.full("0", old).publish("machine", Instant.now());
        }
        char[] recovery = vault.recoveryKey();
        VaultOwner other = new VaultOwner("other", "other");
        try (Vault reader = Vault.open(storage, temp.resolve("other"), other, VaultAccess.READ_ONLY, recovery)) {
            vault.keys().startEpoch();
            String after;
            try (Backup backup = new Backup(vault)) {
                after = backup.full("0", fresh).publish("machine", Instant.now());
            }
            assertReads(reader, before, old);
            reader.refresh();
            assertReads(reader, after, fresh);
            assertClean(reader);
            assertEquals(List.of(), reader.warnings());
        }
    }

    /** What a server stores that was taken over is of the old epoch, and nobody ever sees it. */
    @Test
    void aServerThatWasTakenOverDoesNoHarmWithItsOldKeys() throws Exception {
        SparseDisk disk = disk(1);
        String before;
        try (Backup backup = new Backup(vault)) {
            before = backup.full("0", disk).publish("machine", Instant.now());
        }
        VaultOwner other = new VaultOwner("other", "other");
        try (Backup stale = new Backup(vault);
                Vault next =
                        Vault.open(storage, temp.resolve("other"), other, VaultAccess.TAKE_OVER, vault.recoveryKey())) {
            next.keys().startEpoch();
            stale.full("0", disk(2));
            DoppelException e = assertThrows(DoppelException.class, () -> stale.publish("machine", Instant.now()));
            assertEquals(VaultError.LEASE_LOST.id(), e.code().id(), e.getMessage());
            assertEquals(Map.of(1, 2), epochs("data"));
            assertEquals(List.of(before), next.versionIds());
            assertReads(next, before, disk);
            assertClean(next);
            try (Backup backup = new Backup(next)) {
                assertReads(next, backup.full("0", disk(2)).publish("machine", Instant.now()), disk(2));
            }
            assertClean(next);
        }
    }
}
