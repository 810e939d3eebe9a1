package io.doppel.vault.internal.meta;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnlockTest {
    @TempDir
    Path temp;

    private final MapStorage storage = new MapStorage();

    @Test
    void aVaultIsMadeAndOpenedWithItsKeyFile() throws Exception {
        byte[] idKey;
        String id;
        try (VaultMeta meta = VaultMeta.create(storage, temp.resolve("a/b"), Fixture.ALPHA, "lz4", Fixture.none())) {
            idKey = meta.keys().idKey().clone();
            id = meta.id();
            assertEquals(1, meta.leaseEpoch());
            assertFalse(meta.mayHaveStrays());
            assertEquals(List.of(), meta.warnings());
        }
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(temp.resolve("a/b/machine.key"))));
        try (VaultMeta meta = Fixture.attach(storage, temp.resolve("a/b"))) {
            assertArrayEquals(idKey, meta.keys().idKey());
            assertEquals(id, meta.id());
            assertEquals("lz4", meta.compression());
            assertEquals(2, meta.leaseEpoch());
            assertFalse(meta.mayHaveStrays());
            assertEquals(List.of(), meta.verifyMeta(Fixture.NEVER));
        }
    }

    @Test
    void passphraseAndRecoveryKeyOpenItAndAreCleared() throws Exception {
        // The same text in composed and decomposed form.
        char[] first = "grüne Wiese".toCharArray();
        String recovery;
        try (VaultMeta meta = VaultMeta.create(storage, temp.resolve("a"), Fixture.ALPHA, "zstd", first)) {
            recovery = new String(meta.recoveryKeyText());
        }
        assertArrayEquals(new char[first.length], first);
        char[] again = "gru\u0308ne Wiese".toCharArray();
        VaultMeta.open(storage, temp.resolve("b"), Fixture.BETA, VaultAccess.ATTACH, again)
                .close();
        assertArrayEquals(new char[again.length], again);
        Fixture.open(storage, temp.resolve("b"), Fixture.BETA, VaultAccess.ATTACH, "")
                .close();
        Fixture.open(storage, temp.resolve("c"), Fixture.BETA, VaultAccess.ATTACH, recovery.toLowerCase(Locale.ROOT))
                .close();
        DoppelException e = Fixture.assertCode(
                VaultError.WRONG_KEY,
                () -> Fixture.open(storage, temp.resolve("d"), Fixture.BETA, VaultAccess.ATTACH, "grune Wiese"));
        assertFalse(e.getMessage().contains("grune"), e.getMessage());
        assertFalse(Files.exists(temp.resolve("d/machine.key")));
    }

    @Test
    void withoutAnyKeyItStaysLocked() throws Exception {
        Fixture.create(storage, temp.resolve("a")).close();
        Fixture.assertCode(VaultError.LOCKED, () -> Fixture.attach(storage, temp.resolve("b")));
        Fixture.assertCode(
                VaultError.WRONG_KEY,
                () -> Fixture.open(storage, temp.resolve("b"), Fixture.ALPHA, VaultAccess.ATTACH, "anything"));
    }

    @Test
    void aKeyFileThatIsDamagedInAnyBitOrOfAnotherVaultIsNoticed() throws Exception {
        Fixture.create(storage, temp.resolve("a")).close();
        Path file = temp.resolve("a/machine.key");
        byte[] right = Files.readAllBytes(file);
        for (int i = 0; i < right.length; i++) {
            byte[] wrong = right.clone();
            wrong[i] ^= (byte) (1 << i % 8);
            Files.write(file, wrong);
            Fixture.assertCode(VaultError.LOCKED, () -> Fixture.attach(storage, temp.resolve("a")));
        }
        MachineKey key = MachineKey.read(right).orElseThrow();
        byte[] other = key.key().clone();
        other[0]++;
        Files.write(file, new MachineKey(key.vaultId(), key.slot(), other).write());
        Fixture.assertCode(VaultError.LOCKED, () -> Fixture.attach(storage, temp.resolve("a")));
        Fixture.create(new MapStorage(), temp.resolve("other")).close();
        Files.copy(temp.resolve("other/machine.key"), file, StandardCopyOption.REPLACE_EXISTING);
        Fixture.assertCode(VaultError.LOCKED, () -> Fixture.attach(storage, temp.resolve("a")));
    }

    @Test
    void aDamagedKeyFileIsReplacedWithTheRecoveryKey() throws Exception {
        String recovery;
        try (VaultMeta meta = Fixture.create(storage, temp.resolve("a"))) {
            recovery = new String(meta.recoveryKeyText());
        }
        Files.write(temp.resolve("a/machine.key"), new byte[] {1, 2, 3});
        try (VaultMeta meta = Fixture.open(storage, temp.resolve("a"), Fixture.ALPHA, VaultAccess.ATTACH, recovery)) {
            assertEquals(1, meta.warnings().size());
        }
        try (VaultMeta meta = Fixture.attach(storage, temp.resolve("a"))) {
            assertEquals(List.of(), meta.warnings());
        }
    }

    @Test
    void onlyOneVaultPerPlace() throws Exception {
        Fixture.create(storage, temp.resolve("a")).close();
        Map<String, byte[]> before = new TreeMap<>(storage.objects);
        Fixture.assertCode(VaultError.EXISTS, () -> Fixture.create(storage, temp.resolve("b")));
        assertEquals(before.keySet(), storage.objects.keySet());
        Fixture.assertCode(VaultError.NO_VAULT, () -> Fixture.attach(new MapStorage(), temp.resolve("c")));
        assertFalse(Files.exists(temp.resolve("c")));
    }

    @Test
    void ofTwoWhoMakeOneAtOnceOneSucceedsAndTheOtherLeavesNothing() throws Exception {
        MapStorage slow = storage.view();
        slow.hook = (operation, name) -> {
            if (operation.equals("put") && name.equals("config")) {
                Fixture.create(storage, temp.resolve("fast")).close();
            }
        };
        Fixture.assertCode(VaultError.EXISTS, () -> Fixture.create(slow, temp.resolve("slow")));
        assertFalse(Files.exists(temp.resolve("slow/machine.key")));
        try (VaultMeta meta = Fixture.attach(storage, temp.resolve("fast"))) {
            String mark = KeySlots.mark(meta.id());
            assertTrue(storage.objects.keySet().stream()
                    .filter(n -> n.startsWith("keys/") || n.startsWith("keyring/"))
                    .allMatch(n -> n.contains("/" + mark)));
            assertEquals(List.of(), meta.verifyMeta(Fixture.NEVER));
        }
    }

    @Test
    void whatIsNewerIsRefusedBeforeAnythingElse() throws Exception {
        Fixture.create(storage, temp.resolve("a")).close();
        String config = new String(storage.objects.get("config"), StandardCharsets.UTF_8);
        refused(config.replace("\"format\":1", "\"format\":2"), VaultAccess.READ_ONLY);
        refused("{\"magic\":\"doppel-vault\",\"format\":7,\"features\":{},\"whatever\":[1]}", VaultAccess.READ_ONLY);
        refused(config.replace("\"incompatible\":[]", "\"incompatible\":[\"x\"]"), VaultAccess.READ_ONLY);
        refused(config.replace("\"readOnlyCompatible\":[]", "\"readOnlyCompatible\":[\"x\"]"), VaultAccess.ATTACH);
        refused(config.replace("\"readOnlyCompatible\":[]", "\"readOnlyCompatible\":[\"x\"]"), VaultAccess.TAKE_OVER);
    }

    private void refused(String config, VaultAccess mode) {
        storage.objects.put("config", config.getBytes(StandardCharsets.UTF_8));
        Map<String, byte[]> before = new TreeMap<>(storage.objects);
        Fixture.assertCode(
                VaultError.NEWER_FORMAT, () -> Fixture.open(storage, temp.resolve("new"), Fixture.BETA, mode, ""));
        assertEquals(before.keySet(), storage.objects.keySet());
        assertFalse(Files.exists(temp.resolve("new")));
    }

    /** A slot of somebody who can write on the target and has no key: it opens nothing, whatever it is tried with. */
    private String forgeSlot(VaultMeta meta, int memoryKiB) {
        String slot = KeySlots.mark(meta.id()) + "00000000";
        Slot.Kdf kdf = new Slot.Kdf("argon2id", 19, memoryKiB, 1, 1, new byte[16]);
        Slot forged = new Slot(slot, Slot.PASSPHRASE, "forged", Instant.EPOCH, kdf, new byte[12], new byte[48]);
        String name = KeySlots.objectName(slot);
        storage.objects.put(name, SignedText.write(name, forged, new byte[32]));
        return name;
    }

    @Test
    void aSlotThatAsksForMoreMemoryThanThereIsIsNotTriedAndKeepsNobodyFromAnother() throws Exception {
        Slot.Kdf large = new Slot.Kdf("argon2id", 19, 1 << 20, 1, 1, new byte[16]);
        long gib = 1L << 30;
        Passphrases.requireMemory(large, 2 * gib);
        Fixture.assertCode(VaultError.SLOT_MEMORY, () -> Passphrases.requireMemory(large, 2 * gib - 2));
        Passphrases.requireMemory(Passphrases.newKdf(), 1);
        String forged;
        try (VaultMeta meta =
                VaultMeta.create(storage, temp.resolve("a"), Fixture.ALPHA, "zstd", "right".toCharArray())) {
            forged = forgeSlot(meta, 1 << 20);
        }
        assertTrue(Runtime.getRuntime().maxMemory() < 2 * gib, "the build gives tests less");
        Fixture.open(storage, temp.resolve("b"), Fixture.BETA, VaultAccess.ATTACH, "right")
                .close();
        DoppelException e = Fixture.assertCode(
                VaultError.SLOT_MEMORY,
                () -> Fixture.open(storage, temp.resolve("c"), Fixture.BETA, VaultAccess.ATTACH, "wrong"));
        assertTrue(e.getMessage().contains("'" + forged + "', because it asks for 1.00 GiB of memory"), e.getMessage());
    }

    @Test
    void argon2ParametersBeyondTheLimitsAreNotCalculated() {
        byte[] salt = new byte[16];
        assertTrue(Passphrases.isAcceptable(new Slot.Kdf("argon2id", 19, 1 << 20, 64, 64, salt)));
        assertFalse(Passphrases.isAcceptable(new Slot.Kdf("argon2id", 19, (1 << 20) + 1, 3, 4, salt)));
        assertFalse(Passphrases.isAcceptable(new Slot.Kdf("argon2id", 19, 65536, 65, 4, salt)));
        assertFalse(Passphrases.isAcceptable(new Slot.Kdf("argon2id", 19, 65536, 3, 65, salt)));
        assertFalse(Passphrases.isAcceptable(new Slot.Kdf("argon2id", 16, 65536, 3, 4, salt)));
        assertFalse(Passphrases.isAcceptable(new Slot.Kdf("argon2id", 19, 65536, 3, 4, null)));
        assertFalse(Passphrases.isAcceptable(new Slot.Kdf("scrypt", 19, 65536, 3, 4, salt)));
    }

    @Test
    void exportingTheRecoveryKeyIsRemembered() throws Exception {
        try (VaultMeta meta = Fixture.create(storage, temp.resolve("a"))) {
            assertFalse(meta.recoveryExported());
            meta.markRecoveryExported();
        }
        try (VaultMeta meta = Fixture.attach(storage, temp.resolve("a"))) {
            assertTrue(meta.recoveryExported());
        }
    }
}
