package io.doppel.vault.internal.meta;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultError;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlotChangesTest {
    private static final String NEW = "new passphrase";

    @TempDir
    Path temp;

    private KeyVault vault;
    private MasterKey master;
    private SlotChanges changes;

    @BeforeEach
    void make() throws Exception {
        vault = KeyVault.make(temp.resolve("made"));
        master = vault.master();
        changes = new SlotChanges(vault.slots(), master);
    }

    /** The id of the only slot of a kind. */
    private String only(String kind) throws DoppelException {
        List<String> ids = vault.slots().readAll().slots().stream()
                .map(KeySlots.Stored::slot)
                .filter(s -> s.kind().equals(kind))
                .map(Slot::slot)
                .toList();
        assertEquals(1, ids.size());
        return ids.get(0);
    }

    private void flip(String slot, int at) {
        byte[] object = vault.storage().objects.get(KeySlots.objectName(slot)).clone();
        object[at] ^= 1;
        vault.storage().objects.put(KeySlots.objectName(slot), object);
    }

    /** Another label, which a reader notices by the signature alone. */
    private void relabel(String slot, String from, String to) {
        String name = KeySlots.objectName(slot);
        String text = new String(vault.storage().objects.get(name), StandardCharsets.UTF_8);
        assertTrue(text.contains(from), text);
        vault.storage().objects.put(name, text.replace(from, to).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void anAddedPassphraseOpensTheVaultAndIsLeftToTheCaller() throws Exception {
        char[] passphrase = NEW.toCharArray();
        Slot slot = changes.addPassphrase("bert", passphrase);
        assertArrayEquals(NEW.toCharArray(), passphrase);
        assertTrue(vault.opens(NEW) && vault.opens(KeyVault.OLD) && vault.opens(vault.recovery()));
        assertEquals("bert", slot.label());
        assertEquals(List.of(), vault.problems());
        assertFalse(new String(vault.storage().objects.get(KeySlots.objectName(slot.slot())), StandardCharsets.UTF_8)
                .contains(NEW));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", " a", "a\n", "0123456789abcdef"})
    void labelsThatWouldConfuseAreRefused(String label) throws Exception {
        Fixture.assertCode(CommonError.BAD_SETTING, () -> changes.addPassphrase(label, NEW.toCharArray()));
        assertEquals(3, vault.slotObjects().size());
    }

    @Test
    void noLabelTwiceAndNoEmptyPassphrase() throws Exception {
        Fixture.assertCode(VaultError.SLOT_EXISTS, () -> changes.addPassphrase(KeyVault.LABEL, NEW.toCharArray()));
        Fixture.assertCode(CommonError.BAD_SETTING, () -> changes.addPassphrase("b", new char[0]));
        Fixture.assertCode(CommonError.BAD_SETTING, () -> changes.changePassphrase(Optional.empty(), new char[0]));
        assertEquals(3, vault.slotObjects().size());
        assertTrue(vault.opens(KeyVault.OLD));
    }

    @Test
    void halfACharacterIsNoPassphrase() throws Exception {
        for (String half : List.of("a\ud83d", "\ude00a", "e\u0301\ud83d")) {
            Fixture.assertCode(CommonError.BAD_SETTING, () -> changes.addPassphrase("b", half.toCharArray()));
        }
        changes.addPassphrase("b", "e\u0301\ud83d\ude00".toCharArray());
        assertTrue(vault.opens("\u00e9\ud83d\ude00"));
    }

    @Test
    void aRemovedSlotOpensNothing() throws Exception {
        changes.addPassphrase("bert", NEW.toCharArray());
        assertEquals(
                KeyVault.LABEL,
                changes.remove(KeyVault.LABEL, Set.of()).slot().orElseThrow().label());
        assertFalse(vault.opens(KeyVault.OLD));
        assertTrue(vault.opens(NEW));
        changes.remove(only(Slot.PASSPHRASE), Set.of());
        assertFalse(vault.opens(NEW));
        assertTrue(vault.opens(vault.recovery()));
        assertEquals(List.of(), vault.problems());
    }

    @Test
    void theSlotOfAnotherServerCanBeRemovedAndTheOwnNot() throws Exception {
        String own = only(Slot.MACHINE);
        try (MachineKey other = vault.slots().addMachine(master, "lost server")) {
            vault.slots().unlock(other).close();
            changes.remove("lost server", Set.of(own));
            Fixture.assertCode(VaultError.LOCKED, () -> vault.slots().unlock(other));
        }
        Fixture.assertCode(VaultError.OWN_SLOT, () -> changes.remove(own, Set.of(own)));
        Fixture.assertCode(VaultError.OWN_SLOT, () -> changes.remove("alpha", Set.of(own)));
        vault.master().close();
    }

    @Test
    void theSlotOfTheRecoveryKeyStaysUnlessThereIsAnother() throws Exception {
        String first = only(Slot.RECOVERY);
        Fixture.assertCode(VaultError.LAST_SLOT, () -> changes.remove(first, Set.of()));
        Fixture.assertCode(VaultError.LAST_SLOT, () -> changes.remove("recovery key", Set.of()));
        String second = changes.addRecovery().slot();
        changes.remove(first, Set.of());
        assertTrue(vault.opens(vault.recovery()));
        Fixture.assertCode(VaultError.LAST_SLOT, () -> changes.remove(second, Set.of()));
    }

    @Test
    void theLastSlotThatAPersonCanUseStays() throws Exception {
        vault.storage().objects.remove(KeySlots.objectName(only(Slot.RECOVERY)));
        Fixture.assertCode(VaultError.LAST_SLOT, () -> changes.remove(KeyVault.LABEL, Set.of()));
        changes.addPassphrase("bert", NEW.toCharArray());
        changes.remove(KeyVault.LABEL, Set.of());
        Fixture.assertCode(VaultError.LAST_SLOT, () -> changes.remove("bert", Set.of()));
        changes.addRecovery();
        changes.remove("bert", Set.of());
        assertTrue(vault.opens(vault.recovery()));
    }

    /** A slot that is not right does not count as one that people can use. */
    @Test
    void onlySlotsThatAreRightCount() throws Exception {
        String recovery = only(Slot.RECOVERY);
        changes.addPassphrase("bert", NEW.toCharArray());
        relabel(recovery, "recovery key", "recovery kez");
        relabel(only(Slot.MACHINE), "alpha", "alphb");
        String bert = vault.slots().readAll().slots().stream()
                .map(s -> s.slot())
                .filter(s -> s.label().equals("bert"))
                .findFirst()
                .orElseThrow()
                .slot();
        relabel(bert, "bert", "berta");
        Fixture.assertCode(VaultError.LAST_SLOT, () -> changes.remove(KeyVault.LABEL, Set.of()));
        Fixture.assertCode(VaultError.LAST_SLOT, () -> changes.remove(recovery, Set.of()));
        changes.addRecovery();
        changes.remove(recovery, Set.of());
        changes.remove(KeyVault.LABEL, Set.of());
        assertTrue(vault.opens(vault.recovery()));
    }

    /** What cannot be read may be the slot of the recovery key, so there must be another of that before it goes. */
    @Test
    void aDamagedSlotIsRemovedByItsIdOnceTheRecoveryKeyHasAnother() throws Exception {
        String recovery = only(Slot.RECOVERY);
        flip(recovery, 0);
        Fixture.assertCode(VaultError.LAST_SLOT, () -> changes.remove(recovery, Set.of()));
        changes.addRecovery();
        assertTrue(changes.remove(recovery, Set.of()).slot().isEmpty());
        assertTrue(vault.opens(vault.recovery()));
        assertEquals(List.of(), vault.problems());
    }

    @Test
    void whatIsMeantMustBeClear() throws Exception {
        Fixture.assertCode(VaultError.NO_SLOT, () -> changes.remove("nobody", Set.of()));
        changes.addPassphrase("bert", NEW.toCharArray());
        Fixture.assertCode(VaultError.NO_SLOT, () -> changes.changePassphrase(Optional.empty(), "x".toCharArray()));
        Fixture.assertCode(
                VaultError.NO_SLOT, () -> changes.changePassphrase(Optional.of("recovery key"), "x".toCharArray()));
        vault.slots().addPassphrase(master, "third".toCharArray(), "bert");
        Fixture.assertCode(VaultError.NO_SLOT, () -> changes.remove("bert", Set.of()));
        assertEquals(5, vault.slotObjects().size());
    }

    @Test
    void aChangedPassphraseReplacesTheOld() throws Exception {
        String before = only(Slot.PASSPHRASE);
        Slot now = changes.changePassphrase(Optional.empty(), NEW.toCharArray());
        assertNotEquals(before, now.slot());
        assertEquals(KeyVault.LABEL, now.label());
        assertEquals(now.slot(), only(Slot.PASSPHRASE));
        assertFalse(vault.opens(KeyVault.OLD));
        assertTrue(vault.opens(NEW));
        changes.changePassphrase(Optional.of(KeyVault.LABEL), "third".toCharArray());
        assertFalse(vault.opens(NEW));
        assertTrue(vault.opens("third"));
    }

    /** The storage keeps something else than what it was given. */
    @Test
    void aSlotThatDoesNotComeBackRightIsNotReliedOn() throws Exception {
        Map<String, byte[]> before = new TreeMap<>(vault.storage().objects);
        vault.storage().hook = new MapStorage.Hook() {
            @Override
            public void before(String operation, String name) {}

            @Override
            public void after(String operation, String name) {
                if (operation.equals("put")) {
                    byte[] object = vault.storage().objects.get(name);
                    // within the wrapped key
                    int at = new String(object, StandardCharsets.US_ASCII).indexOf("\"wrapped\":\"") + 20;
                    object[at] = (byte) (object[at] == 'A' ? 'B' : 'A');
                }
            }
        };
        Fixture.assertCode(
                VaultError.SLOT_NOT_PROVEN, () -> changes.changePassphrase(Optional.empty(), NEW.toCharArray()));
        Fixture.assertCode(VaultError.SLOT_NOT_PROVEN, () -> changes.addPassphrase("bert", NEW.toCharArray()));
        Fixture.assertCode(VaultError.SLOT_NOT_PROVEN, () -> changes.addRecovery());
        vault.storage().hook = (operation, name) -> {};
        assertEquals(before.keySet(), vault.storage().objects.keySet());
        assertTrue(vault.opens(KeyVault.OLD));
    }

    private interface Change {
        void run(SlotChanges changes) throws DoppelException;
    }

    /** Ends a change before and after each operation on the storage; returns how often it was ended. */
    private int everyPoint(Change change, Checked check) throws Exception {
        int points = 0;
        for (boolean after : new boolean[] {false, true}) {
            boolean hit = true;
            for (int at = 1; hit; at++) {
                KeyVault crashed = vault.copyTo(temp.resolve("crash " + points++));
                Failpoint failpoint = new Failpoint(at, after);
                boolean done;
                try (MasterKey its = crashed.master()) {
                    crashed.storage().hook = failpoint;
                    change.run(new SlotChanges(crashed.slots(), its));
                    done = true;
                } catch (DoppelException e) {
                    assertEquals(StorageError.UNREACHABLE.id(), e.code().id(), e.getMessage());
                    done = false;
                }
                hit = failpoint.hit;
                crashed.storage().hook = (operation, name) -> {};
                assertTrue(crashed.opens(crashed.recovery()));
                crashed.master().close();
                check.check(crashed, done);
                assertEquals(List.of(), crashed.problems());
            }
        }
        return points;
    }

    private interface Checked {
        void check(KeyVault crashed, boolean done) throws Exception;
    }

    @Test
    void addingCanEndAnywhere() throws Exception {
        int points = everyPoint(c -> c.addPassphrase("bert", NEW.toCharArray()), (crashed, done) -> {
            assertTrue(crashed.opens(KeyVault.OLD));
            assertTrue(crashed.opens(NEW) || !done);
        });
        assertTrue(points > 15, points + " points");
    }

    @Test
    void removingCanEndAnywhere() throws Exception {
        int points = everyPoint(c -> c.remove(KeyVault.LABEL, Set.of()), (crashed, done) -> {
            assertTrue(!crashed.opens(KeyVault.OLD) || !done);
        });
        assertTrue(points > 12, points + " points");
    }

    @Test
    void changingAPassphraseCanEndAnywhere() throws Exception {
        boolean[] both = {false};
        int points = everyPoint(c -> c.changePassphrase(Optional.empty(), NEW.toCharArray()), (crashed, done) -> {
            boolean old = crashed.opens(KeyVault.OLD);
            boolean fresh = crashed.opens(NEW);
            assertTrue(old || fresh, "neither the old nor the new passphrase opens it");
            assertEquals(done, done && fresh && !old);
            both[0] |= old && fresh;
        });
        assertTrue(both[0], "the old one was removed before the new one was there");
        assertTrue(points > 18, points + " points");
    }
}
