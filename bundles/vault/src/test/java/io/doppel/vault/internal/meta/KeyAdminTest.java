package io.doppel.vault.internal.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.KeySlotView;
import io.doppel.api.vault.KeySlotView.Kind;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultKeys;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyAdminTest {
    private static final String NEW = "schönes Wetter";

    @TempDir
    Path temp;

    private KeyVault vault;

    @BeforeEach
    void make() throws Exception {
        vault = KeyVault.make(temp.resolve("made"));
    }

    private VaultMeta attach() throws Exception {
        return Fixture.attach(vault.storage(), vault.folder());
    }

    private static List<Kind> kinds(List<KeySlotView> slots) {
        return slots.stream().map(KeySlotView::kind).toList();
    }

    @Test
    void theListTellsOwnFromOtherAndRightFromWrong() throws Exception {
        try (VaultMeta other =
                Fixture.open(vault.storage(), temp.resolve("b"), Fixture.BETA, VaultAccess.ATTACH, vault.recovery())) {
            assertEquals(4, other.admin().slots().size());
        }
        String recovery = "";
        try (VaultMeta meta = attach()) {
            List<KeySlotView> slots = meta.admin().slots();
            assertEquals(List.of(Kind.MACHINE, Kind.RECOVERY, Kind.PASSPHRASE, Kind.MACHINE), kinds(slots));
            assertEquals(
                    List.of(true, false, false, false),
                    slots.stream().map(KeySlotView::own).toList());
            assertEquals(
                    List.of("alpha", "recovery key", KeyVault.LABEL, "beta"),
                    slots.stream().map(KeySlotView::label).toList());
            assertTrue(slots.stream().allMatch(KeySlotView::signatureRight));
            recovery = slots.get(1).id();
            String bert = slots.get(2).id();
            vault.storage().objects.get(KeySlots.objectName(recovery))[0] ^= 1;
            String name = KeySlots.objectName(bert);
            String text = new String(vault.storage().objects.get(name), StandardCharsets.UTF_8);
            vault.storage()
                    .objects
                    .put(name, text.replace(KeyVault.LABEL, "eve!").getBytes(StandardCharsets.UTF_8));
            slots = meta.admin().slots();
            assertEquals(List.of(Kind.MACHINE, Kind.PASSPHRASE, Kind.MACHINE, Kind.UNKNOWN), kinds(slots));
            assertEquals(
                    List.of(true, false, true, false),
                    slots.stream().map(KeySlotView::signatureRight).toList());
            assertEquals(new KeySlotView(recovery, Kind.UNKNOWN, "", Instant.EPOCH, false, false), slots.get(3));
        }
    }

    /** Through the whole of it, with real parameters: on another server the old is refused and the new works. */
    @Test
    void aChangedPassphraseOnASecondServer() throws Exception {
        try (VaultMeta meta = attach()) {
            meta.admin().changePassphrase(Optional.of(KeyVault.LABEL), NEW.toCharArray());
            Path other = temp.resolve("other");
            Fixture.assertCode(
                    VaultError.WRONG_KEY,
                    () -> Fixture.open(vault.storage(), other, Fixture.BETA, VaultAccess.READ_ONLY, KeyVault.OLD));
            Fixture.open(vault.storage(), other, Fixture.BETA, VaultAccess.READ_ONLY, NEW)
                    .close();
        }
    }

    @Test
    void eachChangeIsLoggedWithoutAnySecret() throws Exception {
        PrintStream before = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        List<String> said = new ArrayList<>();
        List<String> secrets = new ArrayList<>(List.of(vault.recovery(), NEW, KeyVault.OLD));
        try (VaultMeta meta = attach();
                PrintStream log = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            System.setErr(log);
            VaultKeys keys = meta.admin();
            said.add("added key slot "
                    + keys.addPassphrase("bert", NEW.toCharArray()).id() + " of passphrase 'bert'");
            said.add("added key slot " + keys.addRecovery().id() + " of the recovery key");
            KeySlotView changed = keys.changePassphrase(Optional.of(KeyVault.LABEL), NEW.toCharArray());
            said.add("changed passphrase '" + KeyVault.LABEL + "', whose key slot now is " + changed.id());
            said.add("removed key slot " + keys.remove(changed.id()).id());
            said.add("replaced its key file, whose key slot now is "
                    + keys.rotateMachineKey().id());
            said.add("began key epoch " + keys.startEpoch());
            for (byte[] key : List.of(
                    meta.keys().idKey(), meta.keys().root(1), meta.keys().root(2))) {
                secrets.add(HexFormat.of().formatHex(key));
            }
        } finally {
            System.setErr(before);
        }
        String log = bytes.toString(StandardCharsets.UTF_8);
        for (String sentence : said) {
            assertTrue(
                    log.lines()
                            .anyMatch(line -> line.contains("INFO")
                                    && line.contains("Vault " + vault.id())
                                    && line.contains("server 'alpha' (installation-alpha) " + sentence)),
                    () -> sentence + " is not in:\n" + log);
        }
        byte[] file = Files.readAllBytes(vault.folder().resolve("machine.key"));
        secrets.add(HexFormat.of().formatHex(file, 0, 32));
        for (String secret : secrets) {
            assertFalse(log.contains(secret), "a secret is in the log");
        }
    }

    @Test
    void closingOverwritesTheKeys() throws Exception {
        List<byte[]> keys = new ArrayList<>();
        List<byte[]> before = new ArrayList<>();
        try (VaultMeta meta = attach()) {
            meta.admin().startEpoch();
            keys.add(meta.keys().idKey());
            keys.add(meta.keys().root(1));
            keys.add(meta.keys().root(2));
            keys.forEach(key -> before.add(key.clone()));
        }
        for (int i = 0; i < keys.size(); i++) {
            assertFalse(Arrays.equals(before.get(i), keys.get(i)));
            assertFalse(Arrays.equals(new byte[32], keys.get(i)), "who has it still must not encrypt with zeros");
        }
    }

    /** A bad sector below the slot of somebody else. */
    @Test
    void aSlotThatCannotBeReadNowKeepsNobodyOut() throws Exception {
        String recovery = vault.slots().readAll().slots().stream()
                .map(KeySlots.Stored::slot)
                .filter(s -> s.kind().equals(Slot.RECOVERY))
                .findFirst()
                .orElseThrow()
                .slot();
        vault.storage().hook = (operation, name) -> {
            if (operation.equals("read") && name.equals(KeySlots.objectName(recovery))) {
                throw new DoppelException(StorageError.IO, "'" + name + "' cannot be read");
            }
        };
        try (VaultMeta meta = attach()) {
            assertTrue(meta.warnings().stream().anyMatch(w -> w.contains(recovery)), meta.warnings()::toString);
            assertEquals(
                    List.of(Kind.MACHINE, Kind.PASSPHRASE, Kind.UNKNOWN),
                    kinds(meta.admin().slots()));
            Fixture.assertCode(VaultError.LAST_SLOT, () -> meta.admin().remove(recovery));
        }
    }
}
