package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.tck.FailpointStorage;
import io.doppel.tck.FailpointStorage.Effect;
import io.doppel.tck.FailpointStorage.Kind;
import io.doppel.tck.FailpointStorage.When;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.CollectOptions;
import io.doppel.vault.CollectReport;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultOwner;
import io.doppel.vault.WriteSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A target without a single free byte: what gives back space works by the vault's reserve, and nothing else uses that. */
@Timeout(120)
class FullTargetTest {
    private static final int DISK = 1_500_000;
    private static final List<String> RESERVE =
            IntStream.range(0, 8).mapToObj(i -> "reserve/0" + i).toList();

    private record Fault(When side, Effect effect) {}

    /** A death before an operation is one after the operation before it. */
    private static final List<Fault> FAULTS = List.of(
            new Fault(When.BEFORE, Effect.FAIL),
            new Fault(When.AFTER, Effect.FAIL),
            new Fault(When.AFTER, Effect.CRASH));

    @TempDir
    Path temp;

    /** The vault and what its server remembers of it, as a server leaves it that is killed. */
    private MemoryStorage.Content killed;

    private Path state;
    private final List<String> old = new ArrayList<>();
    private String last;
    private byte[] lastDisk;

    /** Two versions to remove; the third needs a part of what the second brought in. */
    @BeforeEach
    void stage() throws Exception {
        state = folder();
        MemoryStorage storage = new MemoryStorage();
        try (Vault vault = Rig.create(storage, state)) {
            for (int i = 0; i < 2; i++) {
                old.add(Rig.backup(vault, new Bytes(noise(i, DISK))).id());
            }
            lastDisk = noise(1, DISK);
            System.arraycopy(noise(2, DISK), 0, lastDisk, 0, 1_000_000);
            last = Rig.backup(vault, new Bytes(lastDisk)).id();
            vault.awaitMerge();
            killed = storage.content().copy();
            state = copy(state);
        }
        assertEquals(RESERVE, reserve(killed));
    }

    private Path folder() throws IOException {
        return Files.createTempDirectory(temp, "state");
    }

    private Path copy(Path from) throws IOException {
        return FaultStage.copy(from, folder());
    }

    private static List<String> reserve(MemoryStorage.Content content) {
        return content.names().stream().filter(n -> n.startsWith("reserve")).toList();
    }

    private static CollectReport purge(Vault vault, List<String> ids) throws DoppelException {
        List<String> there = ids.stream().filter(vault.versionIds()::contains).toList();
        if (!there.isEmpty()) {
            vault.remove(there);
        }
        return vault.collect(new CollectOptions(0, 0), (phase, total, done) -> {}, Rig.NEVER);
    }

    private void assertPurged(Vault vault, BoundedStorage target, long before) throws DoppelException {
        assertEquals(List.of(last), vault.versionIds());
        assertArrayEquals(lastDisk, Rig.restore(vault, last));
        var report = vault.verify(List.of(), (total, n) -> {}, Rig.NEVER);
        assertTrue(report.clean(), report::toString);
        assertEquals(RESERVE, reserve(target.content()));
        long now = target.content().size();
        assertTrue(before - now > 1.5 * DISK, () -> before + " bytes became " + now);
    }

    private static DoppelException assertFull(org.junit.jupiter.api.function.Executable action) {
        DoppelException e = assertThrows(DoppelException.class, action);
        assertEquals(StorageError.FULL.id(), e.code().id(), e.getMessage());
        return e;
    }

    private static void assertSaysWhatToDo(DoppelException e) {
        assertTrue(e.what().contains("Delete something else on it, some MiB are enough"), e.what());
    }

    private static byte[] noise(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Test
    void afterAnUncleanEndItIsOpenedPurgedAndTakesBackupsAgain() throws Exception {
        BoundedStorage target = BoundedStorage.full(killed);
        long before = killed.size();
        try (Vault vault = Rig.open(target.open(), state)) {
            assertTrue(reserve(killed).size() >= 7, () -> "lease and closing took " + reserve(killed));
            CollectReport report = purge(vault, old);
            assertEquals(List.of(), report.notes());
            assertPurged(vault, target, before);
            byte[] disk = noise(8, DISK / 2);
            assertArrayEquals(
                    disk, Rig.restore(vault, Rig.backup(vault, new Bytes(disk)).id()));
        }
        try (Vault vault = Rig.open(target.open(), state)) {
            assertEquals(List.of(), vault.warnings());
        }
    }

    @Test
    void aBackupDoesNotUseTheReserve() throws Exception {
        long before = killed.size();
        BoundedStorage target = new BoundedStorage(killed, Long.MAX_VALUE);
        try (Vault vault = Rig.open(target.open(), state)) {
            target.capacity(killed.size());
            assertFull(() -> Rig.backup(vault, new Bytes(noise(9, DISK))));
            assertEquals(RESERVE, reserve(killed));
            target.capacity(killed.size() + 300_000);
            try (WriteSession session = vault.begin();
                    WriteSession.Lane lane = session.lane()) {
                lane.store(noise(10, 200_000), 0, 200_000);
                session.flush();
            }
            // what it left behind would have to be listed now
            target.capacity(killed.size());
        }
        assertEquals(RESERVE, reserve(killed));
        try (Vault vault = Rig.open(target.open(), state)) {
            assertEquals(RESERVE.size() - 1, reserve(killed).size(), "the lease took one");
            // nor does it take what the reserve has given up
            DoppelException full = assertFull(vault::begin);
            assertTrue(full.what().contains("Purge the vault"), full.what());
            purge(vault, old);
            assertPurged(vault, target, before);
            Rig.backup(vault, new Bytes(noise(8, DISK / 2)));
        }
    }

    @Test
    void whatSomebodyElseTakesOfItDoesNotKeepAPurgeFromItsWork() throws Exception {
        long before = killed.size();
        BoundedStorage target = new BoundedStorage(killed, Long.MAX_VALUE);
        try (Vault vault = Rig.open(target.open(), state)) {
            target.capacity(killed.size());
            target.whenReserveGoes(() -> {
                // nor is it put back by who wants to begin a backup in that moment
                assertFull(vault::begin);
                target.capacity(killed.size());
            });
            vault.remove(old.subList(0, 1));
            assertEquals(RESERVE.size() - 2, reserve(killed).size());
            purge(vault, old);
            target.capacity(before);
            vault.begin().close();
            assertPurged(vault, target, before);
        }
    }

    @Test
    void itDoesForTheClosingOfALeaseToo() throws Exception {
        BoundedStorage target = BoundedStorage.full(killed);
        long lease = killed.bytes("lease/00000001").orElseThrow().length;
        // room for the lease, give or take some digits of its time, and for nothing else
        target.whenReserveGoes(() -> target.capacity(killed.size() + lease + 40));
        try (Vault vault = Rig.open(target.open(), state)) {
            assertEquals(RESERVE.size() - 2, reserve(killed).size());
            assertEquals(3, vault.versionIds().size());
        }
    }

    @Test
    void itDoesForCopiesOfWhatIsNeeded() throws Exception {
        BoundedStorage target = new BoundedStorage(killed, Long.MAX_VALUE);
        try (Vault vault = Rig.open(target.open(), state)) {
            vault.remove(old.subList(1, 2));
            target.capacity(killed.size());
            // room for what is written beside them
            target.whenReserveGoes(() -> target.capacity(killed.size() + 100_000));
            CollectReport report = purge(vault, List.of());
            assertEquals(List.of(), report.notes());
            assertTrue(report.bytesFreed() > DISK / 2, report::toString);
            assertEquals(RESERVE, reserve(killed));
            assertArrayEquals(noise(0, DISK), Rig.restore(vault, old.get(0)));
            assertArrayEquals(lastDisk, Rig.restore(vault, last));
        }
    }

    @Test
    void withoutAReserveItSaysWhatToDoAndLosesNothing() throws Exception {
        RESERVE.forEach(killed::remove);
        BoundedStorage target = BoundedStorage.full(killed);
        long before = killed.size() + (8 << 20);
        var names = killed.names();
        Path kept = state;
        assertSaysWhatToDo(assertFull(() -> Rig.open(target.open(), copy(kept))));
        assertEquals(names, killed.names());

        target.capacity(killed.size() + 2_000_000);
        try (Vault vault = Rig.open(target.open(), state)) {
            assertFull(vault::begin);
            target.capacity(0);
            RESERVE.forEach(killed::remove);
            assertSaysWhatToDo(assertFull(() -> vault.remove(old)));
            assertEquals(3, vault.versionIds().size());
            target.capacity(killed.size() + 2_000_000);
            purge(vault, old);
            target.capacity(Long.MAX_VALUE);
            vault.begin().close();
            assertPurged(vault, target, before);
        }
    }

    @Test
    void aTargetThatDeletesLateIsFullAndNothingHangsOrIsLost() throws Exception {
        BoundedStorage target = BoundedStorage.full(killed);
        target.deletesLag(true);
        Path kept = state;
        assertSaysWhatToDo(assertFull(() -> Rig.open(target.open(), copy(kept))));
        target.deletesLag(false);
        long before = killed.size();
        try (Vault vault = Rig.open(target.open(), state)) {
            target.deletesLag(true);
            target.capacity(killed.size());
            assertSaysWhatToDo(assertFull(() -> vault.remove(old)));
            assertEquals(3, vault.versionIds().size());
            target.deletesLag(false);
            purge(vault, old);
            assertPurged(vault, target, before);
        }
    }

    @Test
    void oneOfTwoServersThatOpenItAtOnceHasIt() throws Exception {
        MemoryStorage.Content content = killed;
        Path other = folder();
        try (Vault vault = Rig.open(new MemoryStorage(content, false), state)) {
            vault.keys().addPassphrase("both", "known to both".toCharArray());
        }
        BoundedStorage target = BoundedStorage.full(content);
        List<Vault> second = new ArrayList<>();
        target.whenFull(() -> {
            try {
                second.add(Vault.open(
                        target.open(),
                        other,
                        new VaultOwner("another", "other"),
                        VaultAccess.ATTACH,
                        "known to both".toCharArray()));
            } catch (DoppelException e) {
                throw new AssertionError(e);
            }
        });
        long before = content.size();
        DoppelException held = assertThrows(DoppelException.class, () -> Rig.open(target.open(), state));
        assertTrue(held.is(VaultError.HELD), held.getMessage());
        try (Vault vault = second.get(0)) {
            purge(vault, old);
            assertPurged(vault, target, before);
        }
    }

    /** After a fault at whatever point, the reserve still does for the rest, though nobody made room meanwhile. */
    @Test
    void aFaultOnTheWayDoesNotUseItUp() throws Exception {
        long before = killed.size();
        MemoryStorage.Content content = killed.copy();
        FailpointStorage counting =
                new FailpointStorage(BoundedStorage.full(content).open());
        try (Vault vault = Rig.open(counting, copy(state))) {
            purge(vault, old);
        }
        List<Integer> changes = counting.operations().stream()
                .filter(o -> o.kind() == Kind.COMMIT
                        || o.kind() == Kind.DELETE
                        || o.folder().equals("reserve"))
                .map(FailpointStorage.Operation::number)
                .toList();
        List<String> failures = new CopyOnWriteArrayList<>();
        changes.parallelStream().forEach(number -> {
            for (Fault fault : FAULTS) {
                try {
                    goThrough(number, fault, before);
                } catch (Exception | AssertionError e) {
                    failures.add(fault + " at operation " + number + ": " + e);
                }
            }
        });
        System.out.println(changes.size() + " operations with faults on a full target");
        assertEquals(List.of(), failures);
        assertTrue(changes.size() > 30, "" + changes.size());
    }

    private void goThrough(int number, Fault fault, long before) throws Exception {
        BoundedStorage target = BoundedStorage.full(killed.copy());
        Path mine = copy(state);
        Path atDeath = folder();
        FailpointStorage storage = new FailpointStorage(target.open())
                .failAt(number, fault.side(), fault.effect())
                .onCrash(() -> keep(mine, atDeath));
        try (Vault vault = Rig.open(storage, mine)) {
            purge(vault, old);
        } catch (DoppelException e) {
            assertTrue(e.is(StorageError.IO) || e.is(StorageError.FULL), e.getMessage());
        } catch (FailpointStorage.Crash e) {
            assertEquals(Effect.CRASH, fault.effect());
        }
        try (Vault vault = Rig.open(target.open(), storage.crashed() ? atDeath : mine)) {
            purge(vault, old);
            assertPurged(vault, target, before);
        }
    }

    private static void keep(Path from, Path to) {
        try {
            FaultStage.copy(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
