package io.doppel.vault.internal.meta;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.KeySlotView;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineKeyRotationTest {
    @TempDir
    Path temp;

    private KeyVault vault;

    @BeforeEach
    void make() throws Exception {
        vault = KeyVault.make(temp.resolve("made"));
    }

    private static String slotOfFile(Path folder) throws Exception {
        return MachineKey.read(Files.readAllBytes(folder.resolve("machine.key")))
                .orElseThrow()
                .slot();
    }

    private static List<KeySlotView> machineSlots(VaultMeta meta) throws DoppelException {
        return meta.admin().slots().stream()
                .filter(s -> s.kind() == KeySlotView.Kind.MACHINE)
                .toList();
    }

    /** The server as it was copied before is locked out, and this one is not. */
    @Test
    void aNewKeyFileReplacesTheOldWhileTheVaultIsOpen() throws Exception {
        KeyVault clone = vault.copyTo(temp.resolve("clone"));
        byte[] before = Files.readAllBytes(vault.folder().resolve("machine.key"));
        KeySlotView slot;
        try (VaultMeta meta = Fixture.attach(vault.storage(), vault.folder())) {
            slot = meta.admin().rotateMachineKey();
            assertTrue(slot.own());
            assertEquals("alpha", slot.label());
            assertEquals(List.of(slot), machineSlots(meta));
            assertEquals(List.of(), meta.verifyMeta(Fixture.NEVER));
            Fixture.publish(meta);
        }
        Path file = vault.folder().resolve("machine.key");
        assertEquals(slot.id(), slotOfFile(vault.folder()));
        assertFalse(new String(Files.readAllBytes(file)).contains(new String(before, 0, 32)));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertNothingIsLeft(vault);
        Fixture.attach(vault.storage(), vault.folder()).close();
        Fixture.assertCode(
                VaultError.LOCKED,
                () -> Fixture.open(vault.storage(), clone.folder(), Fixture.BETA, VaultAccess.TAKE_OVER, ""));
    }

    private static void assertNothingIsLeft(KeyVault of) {
        assertFalse(Files.exists(of.folder().resolve("machine.key.next")));
        assertFalse(Files.exists(of.folder().resolve("rotation.json")));
        assertEquals(3, of.slotObjects().size(), of.slotObjects().toString());
    }

    @Test
    void aKeyFileThatIsGoneOrDamagedIsMadeAnew() throws Exception {
        try (VaultMeta meta = Fixture.attach(vault.storage(), vault.folder())) {
            Path file = vault.folder().resolve("machine.key");
            Files.write(file, new byte[] {1, 2, 3});
            meta.admin().rotateMachineKey();
            Files.delete(file);
            meta.admin().rotateMachineKey();
            assertEquals(3, machineSlots(meta).size(), "the slots of files that are gone are not known as own");
            assertEquals(1, machineSlots(meta).stream().filter(KeySlotView::own).count());
        }
        Fixture.attach(vault.storage(), vault.folder()).close();
    }

    @Test
    void itCanEndAnywhereInTheStorageAndInTheServersFolder() throws Exception {
        int points = 0;
        int finishedLater = 0;
        int undone = 0;
        for (boolean after : new boolean[] {false, true}) {
            boolean hit = true;
            for (int at = 1; hit; at++) {
                String point = "point " + at + (after ? " after" : " before");
                KeyVault crashed = vault.copyTo(temp.resolve("crash " + points++));
                String old = slotOfFile(crashed.folder());
                Failpoint failpoint = new Failpoint(at, after);
                boolean done = rotate(crashed, failpoint);
                hit = failpoint.hit;
                assertEquals(!hit, done, point);
                crashed.master().close();
                int slots = crashed.slotObjects().size();
                assertEquals(List.of(), crashed.problems(), point);
                assertNothingIsLeft(crashed);
                boolean replaced = !slotOfFile(crashed.folder()).equals(old);
                assertTrue(replaced || !done, point);
                finishedLater += slots == 4 && replaced ? 1 : 0;
                undone += slots == 4 && !replaced ? 1 : 0;
                crashed.master().close();
            }
        }
        assertTrue(points > 25, points + " points");
        assertTrue(finishedLater > 4, finishedLater + " times with the old slot still there");
        assertTrue(undone > 4, undone + " times with a new slot too early");
    }

    private static boolean rotate(KeyVault crashed, Failpoint failpoint) throws Exception {
        try (MasterKey master = crashed.master();
                LocalState state = LocalState.forWriting(crashed.folder())) {
            crashed.storage().hook = failpoint;
            new MachineKeyRotation(crashed.slots(), master, new FailingKeyFiles(state, failpoint), crashed.id())
                    .rotate("alpha");
            return true;
        } catch (DoppelException e) {
            assertEquals(StorageError.UNREACHABLE.id(), e.code().id(), e.getMessage());
            return false;
        } finally {
            crashed.storage().hook = (operation, name) -> {};
        }
    }

    /** Broken off, then begun again at once: nothing of either is left. */
    @Test
    void itCanBeBegunAgainAfterItWasBrokenOffAnywhere() throws Exception {
        boolean hit = true;
        for (int at = 1; hit; at++) {
            KeyVault crashed = vault.copyTo(temp.resolve("again " + at));
            Failpoint failpoint = new Failpoint(at, true);
            rotate(crashed, failpoint);
            hit = failpoint.hit;
            assertTrue(rotate(crashed, new Failpoint(0, false)));
            assertNothingIsLeft(crashed);
            assertEquals(List.of(), crashed.problems());
        }
    }

    /** Broken off at its end, then the key file is lost too: the passphrase opens the vault, and only the newest slot stays. */
    @Test
    void whatIsLeftGoesAlsoWhenTheKeyFileWasLostInBetween() throws Exception {
        Failpoint beforeTheOldSlotIsDeleted = new Failpoint(0, false) {
            @Override
            public void before(String operation, String name) throws DoppelException {
                if (operation.equals("delete")) {
                    throw new DoppelException(StorageError.UNREACHABLE, "crashed");
                }
            }
        };
        assertFalse(rotate(vault, beforeTheOldSlotIsDeleted));
        assertEquals(4, vault.slotObjects().size());
        Files.delete(vault.folder().resolve("machine.key"));
        try (VaultMeta meta =
                Fixture.open(vault.storage(), vault.folder(), Fixture.ALPHA, VaultAccess.ATTACH, vault.recovery())) {
            assertEquals(
                    List.of(true),
                    machineSlots(meta).stream().map(KeySlotView::own).toList());
        }
        assertNothingIsLeft(vault);
    }

    @Test
    void aNewFileOrSlotThatDoesNotComeBackRightIsNotUsed() throws Exception {
        byte[] before = Files.readAllBytes(vault.folder().resolve("machine.key"));
        MapStorage.Hook otherSlot = new MapStorage.Hook() {
            @Override
            public void before(String operation, String name) {}

            @Override
            public void after(String operation, String name) {
                if (operation.equals("put")) {
                    vault.storage().objects.get(name)[20] ^= 1;
                }
            }
        };
        MapStorage.Hook otherFile = new MapStorage.Hook() {
            @Override
            public void before(String operation, String name) throws DoppelException {
                if (name.equals("read next")) {
                    try (MachineKey other = vault.slots().newMachine();
                            LocalState state = LocalState.forReading(vault.folder())) {
                        String slot = state.nextMachineKey().orElseThrow().slot();
                        state.storeNextMachineKey(new MachineKey(vault.id(), slot, other.key()));
                    }
                }
            }
        };
        for (MapStorage.Hook hook : List.of(otherSlot, otherFile)) {
            try (MasterKey master = vault.master();
                    LocalState state = LocalState.forWriting(vault.folder())) {
                vault.storage().hook = hook;
                Fixture.assertCode(
                        VaultError.SLOT_NOT_PROVEN,
                        () -> new MachineKeyRotation(
                                        vault.slots(), master, new FailingKeyFiles(state, hook), vault.id())
                                .rotate("alpha"));
            }
            vault.storage().hook = (operation, name) -> {};
            assertArrayEquals(before, Files.readAllBytes(vault.folder().resolve("machine.key")));
            assertNothingIsLeft(vault);
        }
    }

    /** A note of a rotation that cannot be read costs a slot that stays, and nothing else. */
    @Test
    void aNoteThatIsDamagedKeepsNobodyOut() throws Exception {
        String old = slotOfFile(vault.folder());
        Files.write(vault.folder().resolve("rotation.json"), new byte[] {'?'});
        try (VaultMeta meta = Fixture.attach(vault.storage(), vault.folder())) {
            assertEquals(1, machineSlots(meta).size());
            assertNotEquals(old, meta.admin().rotateMachineKey().id());
        }
        assertNothingIsLeft(vault);
    }
}
