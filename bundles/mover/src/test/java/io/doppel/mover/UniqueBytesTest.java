package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.CollectOptions;
import io.doppel.vault.CollectReport;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultOwner;
import io.doppel.vault.VersionDisk;
import io.doppel.vault.VersionManifest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sums that a vault keeps are what reading every chunk of every version gives (docs/figures.md). */
class UniqueBytesTest {
    private static final int SIZE = 6_000_000;

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

    /** The lengths of all chunks of these versions, by the hash of their content. */
    private Map<String, Integer> chunks(List<String> versions) throws Exception {
        Map<String, Integer> chunks = new HashMap<>();
        for (String version : versions) {
            try (VersionDisk disk = vault.openDisk(version, "d");
                    VersionDisk.ChunkReader reader = disk.chunkReader()) {
                reader.read(
                        0,
                        disk.size(),
                        (offset, buffer, from, length) -> chunks.put(sha256(buffer, from, length), length));
            }
        }
        return chunks;
    }

    private static String sha256(byte[] buffer, int from, int length) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(buffer, from, length);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private long unique() throws Exception {
        return sum(chunks(vault.versionIds()));
    }

    private static long sum(Map<String, Integer> chunks) {
        return chunks.values().stream().mapToLong(i -> i).sum();
    }

    private String backup(byte[] disk) throws Exception {
        Map<String, Integer> before = chunks(vault.versionIds());
        VersionManifest version = Rig.backup(vault, new Bytes(disk));
        Map<String, Integer> added = chunks(List.of(version.id()));
        added.keySet().removeAll(before.keySet());
        assertEquals(sum(added), version.stats().newBytes());
        return version.id();
    }

    private CollectReport collect() throws DoppelException {
        return vault.collect(new CollectOptions(0, 0), (phase, total, done) -> {}, Rig.NEVER);
    }

    private void assertEverywhere(long expected) throws Exception {
        assertEquals(expected, vault.uniqueBytes());
        vault.awaitMerge();
        assertEquals(expected, vault.uniqueBytes());
        Path other = Files.createTempDirectory(temp, "reader");
        Files.copy(state.resolve("machine.key"), other.resolve("machine.key"));
        VaultOwner reader = new VaultOwner("reader", "reader");
        try (Vault look = Vault.open(storage, other, reader, VaultAccess.READ_ONLY, new char[0])) {
            assertEquals(expected, look.uniqueBytes());
        }
        vault.close();
        vault = Rig.open(storage, state);
        assertEquals(expected, vault.uniqueBytes());
    }

    private static byte[] changed(byte[] disk, int at, int length, long seed) {
        byte[] copy = disk.clone();
        byte[] noise = new byte[length];
        new Random(seed).nextBytes(noise);
        System.arraycopy(noise, 0, copy, at, length);
        return copy;
    }

    @Test
    void afterEachBackupAndOpening() throws Exception {
        byte[] disk = Bytes.made(3, SIZE);
        for (int i = 0; i < 10; i++) {
            backup(disk);
            assertEquals(unique(), vault.uniqueBytes());
            disk = changed(disk, i * 500_000, 200_000, i);
        }
        // the same content once more adds nothing
        backup(disk);
        String again = backup(disk);
        assertEquals(0, vault.version(again).stats().newBytes());
        assertEverywhere(unique());
    }

    @Test
    void afterRemovalAndPurge() throws Exception {
        byte[] disk = Bytes.made(4, SIZE);
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            ids.add(backup(disk));
            disk = changed(disk, i * 1_000_000, 900_000, i);
        }
        long all = unique();
        vault.remove(ids.subList(0, 2));
        assertEquals(all, vault.uniqueBytes());
        assertTrue(unique() < all - 1_000_000);
        CollectReport report = collect();
        assertTrue(report.bytesFreed() > 0);
        assertEverywhere(unique());
        assertEquals(FaultStage.packs(storage.content()), vault.packBytes());
    }
}
