package io.doppel.vault.internal.meta;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyEpochsTest {
    @TempDir
    Path temp;

    private KeyVault vault;

    @BeforeEach
    void make() throws Exception {
        vault = KeyVault.make(temp.resolve("made"));
    }

    private VaultMeta attach() throws DoppelException {
        return Fixture.attach(vault.storage(), vault.folder());
    }

    /** Another server, which has the recovery key. */
    private VaultMeta open(MapStorage its, VaultAccess access) throws DoppelException {
        return Fixture.open(its, temp.resolve("beta"), Fixture.BETA, access, vault.recovery());
    }

    private String ring(int generation) {
        return KeyRingObject.objectName(vault.id(), generation);
    }

    private String ringCopy(int generation) {
        return KeyRingObject.copyName(vault.id(), generation);
    }

    private void flip(String name) {
        byte[] object = vault.storage().objects.get(name).clone();
        object[70] ^= 1;
        vault.storage().objects.put(name, object);
    }

    private int keyEpochOf(String name, SealedObject.Kind kind) {
        return SealedObject.epoch(kind, vault.storage().objects.get(name)).orElseThrow();
    }

    /** Ends a server as a power cut does. */
    private static void kill(VaultMeta meta, MapStorage its) {
        its.hook = new Failpoint(1, false);
        meta.close();
        its.hook = (operation, name) -> {};
    }

    @Test
    void whatIsStoredFromThenOnIsOfTheNewEpochAndWhatWasStoredStaysReadable() throws Exception {
        byte[] idKey;
        String before;
        String after;
        try (VaultMeta meta = attach()) {
            before = Fixture.publish(meta);
            idKey = meta.keys().idKey().clone();
            assertEquals(1, meta.admin().epoch());
            assertEquals(2, meta.admin().startEpoch());
            assertEquals(2, meta.admin().epoch());
            after = Fixture.publish(meta);
            assertEquals(before, meta.version(before).id());
            assertEquals(List.of(), meta.verifyMeta(Fixture.NEVER));
        }
        assertEquals(1, keyEpochOf(Versions.name(before), SealedObject.Kind.VERSION));
        assertEquals(2, keyEpochOf(Versions.name(after), SealedObject.Kind.VERSION));
        try (VaultMeta meta = attach()) {
            assertArrayEquals(idKey, meta.keys().idKey());
            assertEquals(List.of(), meta.warnings());
            assertEquals(before, meta.version(before).id());
            assertEquals(after, meta.version(after).id());
            assertEquals(3, meta.admin().startEpoch());
            byte[] first = meta.keys().root(1);
            byte[] second = meta.keys().root(2);
            assertFalse(Arrays.equals(first, second));
            assertEquals(List.of(), meta.verifyMeta(Fixture.NEVER));
        }
        for (int generation = 1; generation <= 3; generation++) {
            assertTrue(vault.storage().objects.containsKey(ring(generation)));
            assertTrue(vault.storage().objects.containsKey(ringCopy(generation)));
        }
    }

    @Test
    void itCanEndAnywhere() throws Exception {
        int points = 0;
        int onlyTheOriginal = 0;
        for (boolean after : new boolean[] {false, true}) {
            boolean hit = true;
            for (int at = 1; hit; at++) {
                String point = "point " + at + (after ? " after" : " before");
                KeyVault crashed = vault.copyTo(temp.resolve("crash " + points++));
                VaultMeta meta = Fixture.attach(crashed.storage(), crashed.folder());
                String version = Fixture.publish(meta);
                Failpoint failpoint = new Failpoint(at, after);
                crashed.storage().hook = failpoint;
                boolean done = false;
                try {
                    meta.admin().startEpoch();
                    done = true;
                } catch (DoppelException e) {
                    assertEquals(StorageError.UNREACHABLE.id(), e.code().id(), e.getMessage());
                }
                hit = failpoint.hit;
                kill(meta, crashed.storage());
                Map<String, byte[]> objects = crashed.storage().objects;
                onlyTheOriginal += objects.containsKey(ring(2)) && !objects.containsKey(ringCopy(2)) ? 1 : 0;
                try (VaultMeta again = Fixture.attach(crashed.storage(), crashed.folder())) {
                    assertEquals(version, again.version(version).id(), point);
                    assertTrue(again.admin().epoch() == 2 || !done, point);
                    assertEquals(List.of(), again.verifyMeta(Fixture.NEVER), point);
                    assertEquals(again.admin().epoch() + 1, again.admin().startEpoch(), point);
                    assertEquals(List.of(), again.verifyMeta(Fixture.NEVER), point);
                }
            }
        }
        assertTrue(points > 30, points + " points");
        // behind its put, before and behind the write of the copy, before the put of the copy
        assertEquals(4, onlyTheOriginal);
    }

    @Test
    void damageOfOneOfBothCostsNothingAndIsPutRight() throws Exception {
        String version;
        try (VaultMeta meta = attach()) {
            meta.admin().startEpoch();
            version = Fixture.publish(meta);
        }
        for (String name : List.of(ring(2), ringCopy(2))) {
            for (boolean missing : new boolean[] {false, true}) {
                if (missing) {
                    vault.storage().objects.remove(name);
                } else {
                    flip(name);
                }
                try (VaultMeta meta = attach()) {
                    assertTrue(
                            meta.warnings().stream().anyMatch(w -> w.contains(name)),
                            meta.warnings().toString());
                    assertEquals(version, meta.version(version).id());
                    assertEquals(2, meta.admin().epoch());
                }
                try (VaultMeta meta = attach()) {
                    assertEquals(List.of(), meta.warnings());
                    assertEquals(List.of(), meta.verifyMeta(Fixture.NEVER));
                }
            }
        }
        flip(ring(2));
        flip(ringCopy(2));
        Fixture.assertCode(VaultError.DAMAGED_OBJECT, this::attach);
    }

    /** A keyring whose copy was damaged on its way is not used. */
    @Test
    void aNewKeyringThatDoesNotComeBackTwiceIsNotUsed() throws Exception {
        try (VaultMeta meta = attach()) {
            vault.storage().hook = new MapStorage.Hook() {
                @Override
                public void before(String operation, String name) {}

                @Override
                public void after(String operation, String name) {
                    if (operation.equals("put") && name.equals(ringCopy(2))) {
                        vault.storage().objects.get(name)[70] ^= 1;
                    }
                }
            };
            Fixture.assertCode(VaultError.DAMAGED_OBJECT, () -> meta.admin().startEpoch());
            assertEquals(1, meta.admin().epoch());
            vault.storage().hook = (operation, name) -> {};
            // the next attempt puts that copy right and goes on from there
            assertEquals(3, meta.admin().startEpoch());
            assertEquals(List.of(), meta.verifyMeta(Fixture.NEVER));
        }
    }

    /** Who can delete on the target must not be able to bring back the epoch before: also right after, also for a stranger. */
    @Test
    void aKeyringThatWasTakenAwayIsNoticed() throws Exception {
        for (boolean clean : new boolean[] {true, false}) {
            KeyVault one = vault.copyTo(temp.resolve("taken away " + clean));
            VaultMeta meta = Fixture.attach(one.storage(), one.folder());
            meta.admin().startEpoch();
            if (clean) {
                meta.close();
            } else {
                kill(meta, one.storage());
            }
            one.storage().objects.remove(ring(2));
            one.storage().objects.remove(ringCopy(2));
            Path stranger = temp.resolve("stranger " + clean);
            for (VaultAccess access : List.of(VaultAccess.ATTACH, VaultAccess.READ_ONLY)) {
                for (Path folder : List.of(one.folder(), stranger)) {
                    DoppelException e = Fixture.assertCode(
                            VaultError.DAMAGED_OBJECT,
                            () -> Fixture.open(one.storage(), folder, Fixture.ALPHA, access, one.recovery()));
                    assertTrue(e.getMessage().contains("names key epoch 2"), e.getMessage());
                }
            }
            try (VaultMeta accepted =
                    Fixture.open(one.storage(), one.folder(), Fixture.ALPHA, VaultAccess.TAKE_OVER, "")) {
                assertFalse(accepted.warnings().isEmpty());
            }
        }
    }

    @Test
    void aReaderThatKnowsAnOlderKeyringGoesOnWithTheNewOne() throws Exception {
        try (VaultMeta meta = attach();
                VaultMeta reader = open(vault.storage().view(), VaultAccess.READ_ONLY)) {
            meta.admin().startEpoch();
            meta.admin().startEpoch();
            String version = Fixture.publish(meta);
            reader.refresh(head -> {});
            assertTrue(reader.head().lists(version));
            assertEquals(version, reader.version(version).id());
            assertEquals(3, reader.admin().epoch());
            assertEquals(List.of(), reader.verifyMeta(Fixture.NEVER));
        }
    }

    @Test
    void aReaderThatCannotReachTheNewKeyringSaysSoAndReportsNoDamage() throws Exception {
        MapStorage its = vault.storage().view();
        try (VaultMeta meta = attach();
                VaultMeta reader = open(its, VaultAccess.READ_ONLY)) {
            meta.admin().startEpoch();
            its.hook = (operation, name) -> {
                if (name.startsWith("keyring")) {
                    throw new DoppelException(StorageError.UNREACHABLE, "The target is gone");
                }
            };
            Fixture.assertCode(StorageError.UNREACHABLE, () -> reader.refresh(head -> {}));
            its.hook = (operation, name) -> {};
            reader.refresh(head -> {});
        }
    }

    @Test
    void anEpochThatNeverWasIsDamage() throws Exception {
        try (VaultMeta meta = attach()) {
            String version = Fixture.publish(meta);
            vault.storage().objects.get(Versions.name(version))[8] ^= 0x40;
            Fixture.assertCode(VaultError.DAMAGED_OBJECT, () -> meta.version(version));
            vault.storage().objects.get(Versions.name(version))[8] ^= 0xc0;
            Fixture.assertCode(VaultError.DAMAGED_OBJECT, () -> meta.version(version));
        }
    }

    /** Another server takes over and begins an epoch while ours is about to put its keyring. */
    @Test
    void ofTwoServersWhoPutTheSameGenerationOneWinsAndTheOtherUsesNothing() throws Exception {
        VaultMeta stale = attach();
        String before = Fixture.publish(stale);
        MapStorage its = vault.storage().view();
        VaultMeta[] winner = new VaultMeta[1];
        vault.storage().hook = (operation, name) -> {
            if (operation.equals("put") && name.equals(ring(2)) && winner[0] == null) {
                winner[0] = open(its, VaultAccess.TAKE_OVER);
                assertEquals(2, winner[0].admin().startEpoch());
            }
        };
        Fixture.assertCode(VaultError.LEASE_LOST, () -> stale.admin().startEpoch());
        assertEquals(1, stale.admin().epoch());
        assertFalse(its.objects.containsKey(ring(3)));
        assertWholeAndOurs(winner[0], before);
        stale.close();
        winner[0].close();
    }

    /** Another server takes over when our keyring is there and its copy is not. */
    @Test
    void whatAStaleServerPutIsPartOfWhatFollows() throws Exception {
        VaultMeta stale = attach();
        String before = Fixture.publish(stale);
        MapStorage its = vault.storage().view();
        VaultMeta[] winner = new VaultMeta[1];
        vault.storage().hook = new MapStorage.Hook() {
            @Override
            public void before(String operation, String name) {}

            @Override
            public void after(String operation, String name) throws DoppelException {
                if (operation.equals("put") && name.equals(ring(2))) {
                    winner[0] = open(its, VaultAccess.TAKE_OVER);
                    assertEquals(2, winner[0].admin().epoch());
                    assertEquals(3, winner[0].admin().startEpoch());
                }
            }
        };
        Fixture.assertCode(VaultError.LEASE_LOST, () -> stale.admin().startEpoch());
        assertWholeAndOurs(winner[0], before);
        stale.close();
        winner[0].close();
    }

    private static void assertWholeAndOurs(VaultMeta winner, String before) throws Exception {
        String after = Fixture.publish(winner);
        assertEquals(before, winner.version(before).id());
        assertEquals(after, winner.version(after).id());
        assertEquals(List.of(), winner.verifyMeta(Fixture.NEVER));
    }

    /** A server that opens the vault reads the keyring before it has the lease; in between, the holder begins an epoch. */
    @Test
    void whoTakesOverGoesOnWithTheEpochThatBeganMeanwhile() throws Exception {
        VaultMeta holder = attach();
        MapStorage its = vault.storage().view();
        String[] published = new String[1];
        its.hook = (operation, name) -> {
            if (operation.equals("put") && name.startsWith("lease/") && published[0] == null) {
                holder.admin().startEpoch();
                published[0] = Fixture.publish(holder);
            }
        };
        try (VaultMeta next = open(its, VaultAccess.TAKE_OVER)) {
            assertEquals(2, next.admin().epoch());
            assertWholeAndOurs(next, published[0]);
            Fixture.assertCode(VaultError.LEASE_LOST, () -> holder.admin().startEpoch());
            Fixture.assertCode(VaultError.LEASE_LOST, () -> holder.admin().rotateMachineKey());
            Fixture.assertCode(VaultError.LEASE_LOST, () -> holder.admin().remove(KeyVault.LABEL));
            Fixture.assertCode(VaultError.LEASE_LOST, () -> holder.admin().addPassphrase("x", "y".toCharArray()));
            Fixture.assertCode(VaultError.LEASE_LOST, () -> holder.admin().addRecovery());
            Fixture.assertCode(
                    VaultError.LEASE_LOST, () -> holder.admin().changePassphrase(Optional.empty(), "y".toCharArray()));
        }
        holder.close();
    }

    @Test
    void verificationLooksAtEveryGeneration() throws Exception {
        try (VaultMeta meta = attach()) {
            meta.admin().startEpoch();
            Map<String, byte[]> right = new TreeMap<>(vault.storage().objects);
            flip(ringCopy(1));
            assertProblem(meta, ringCopy(1), false);
            vault.storage().objects.put(ringCopy(1), right.get(ringCopy(1)));
            vault.storage().objects.remove(ring(1));
            assertProblem(meta, ring(1), false);
            vault.storage().objects.put(ring(1), right.get(ring(1)));
            assertEquals(List.of(), meta.verifyMeta(Fixture.NEVER));
            // one that forgot the root of the first epoch
            try (MasterKey master = vault.master()) {
                KeyRingObject other = KeyRingObject.parse(KeyRingObject.create(Digests.random(MasterKey.LENGTH)));
                byte[] plain = Json.write(new KeyRingObject(3, other.idKey(), other.epochs()));
                for (String name : List.of(ring(3), ringCopy(3))) {
                    vault.storage().objects.put(name, KeyRingObject.seal(name, plain, master));
                }
            }
            assertProblem(meta, ring(3), false);
        }
    }

    @Test
    void anEarlierGenerationIsPutRightToo() throws Exception {
        try (VaultMeta meta = attach()) {
            meta.admin().startEpoch();
        }
        flip(ringCopy(1));
        try (VaultMeta meta = attach()) {
            assertTrue(meta.warnings().stream().anyMatch(w -> w.contains(ringCopy(1))), meta.warnings()::toString);
            assertEquals(List.of(), meta.verifyMeta(Fixture.NEVER));
        }
        // what has no right copy is not needed, and keeps nobody out
        flip(ringCopy(1));
        flip(ring(1));
        try (VaultMeta meta = attach()) {
            assertEquals(2, meta.admin().epoch());
            assertEquals(2, meta.verifyMeta(Fixture.NEVER).size());
        }
    }

    private static void assertProblem(VaultMeta meta, String object, boolean vital) throws DoppelException {
        List<ObjectProblem> problems = meta.verifyMeta(Fixture.NEVER);
        assertEquals(
                List.of(object), problems.stream().map(ObjectProblem::object).toList());
        assertEquals(vital, problems.get(0).vital());
    }

    @Test
    void aClosedVaultLooksForNoKeyring() throws Exception {
        VaultMeta meta = attach();
        KeyRing keys = meta.keys();
        meta.close();
        vault.storage().hook = (operation, name) -> {
            throw new AssertionError(operation + " " + name);
        };
        Fixture.assertCode(VaultError.DAMAGED_OBJECT, () -> keys.root(2));
        Fixture.assertCode(VaultError.CLOSED, () -> meta.admin().startEpoch());
        Fixture.assertCode(VaultError.CLOSED, () -> meta.admin().slots());
    }

    @Test
    void whoOnlyReadsSeesTheSlotsAndChangesNothing() throws Exception {
        try (VaultMeta reader = open(vault.storage(), VaultAccess.READ_ONLY)) {
            Map<String, byte[]> before = new TreeMap<>(vault.storage().objects);
            assertEquals(3, reader.admin().slots().size());
            Fixture.assertCode(VaultError.READ_ONLY, () -> reader.admin().startEpoch());
            Fixture.assertCode(VaultError.READ_ONLY, () -> reader.admin().rotateMachineKey());
            Fixture.assertCode(VaultError.READ_ONLY, () -> reader.admin().remove(KeyVault.LABEL));
            Fixture.assertCode(VaultError.READ_ONLY, () -> reader.admin().addRecovery());
            Fixture.assertCode(VaultError.READ_ONLY, () -> reader.admin().addPassphrase("x", "y".toCharArray()));
            assertEquals(before.keySet(), vault.storage().objects.keySet());
        }
    }
}
