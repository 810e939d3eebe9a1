package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobService;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.processor.TransferResult;
import io.doppel.spi.storage.StorageError;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.CollectOptions;
import io.doppel.vault.CollectProgress;
import io.doppel.vault.CollectReport;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultOwner;
import io.doppel.vault.VersionDisk;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.WriteSession;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions are removed and their space is given back, whatever goes on beside that; what is left stays whole. */
class CollectTest {
    private static final int SIZE = 4_000_000;
    private static final CollectProgress QUIET = (phase, total, done) -> {};

    @TempDir
    Path temp;

    private final MemoryStorage storage = new MemoryStorage();
    private final Map<String, byte[]> versions = new LinkedHashMap<>();
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

    private String backup(byte[] disk) throws DoppelException {
        String id = Rig.backup(vault, new Bytes(disk)).id();
        versions.put(id, disk);
        return id;
    }

    private String incremental(byte[] disk, String base, List<ByteRange> changes) throws DoppelException {
        String id = Rig.backup(vault, new Bytes(disk), Optional.of(base), Optional.of(changes))
                .id();
        versions.put(id, disk);
        return id;
    }

    private void remove(String... ids) throws DoppelException {
        vault.remove(List.of(ids));
        List.of(ids).forEach(versions::remove);
    }

    private CollectReport collect() throws DoppelException {
        return collect(QUIET);
    }

    private CollectReport collect(CollectProgress progress) throws DoppelException {
        return vault.collect(CollectOptions.DEFAULT, progress, Rig.NEVER);
    }

    private void reopen() throws Exception {
        vault.close();
        vault = Rig.open(storage, state);
    }

    /** Each version restores bit by bit and nothing is wrong, now and in the eyes of servers that open the vault. */
    private void assertWhole() throws Exception {
        assertWholeHere();
        reopen();
        assertEquals(List.of(), vault.warnings());
        assertWholeHere();
    }

    private void assertWholeHere() throws DoppelException {
        assertEquals(List.copyOf(versions.keySet()), vault.versionIds());
        assertRestored();
        var report = vault.verify(List.of(), (total, n) -> {}, Rig.NEVER);
        assertTrue(report.clean(), report::toString);
    }

    private void assertRestored() throws DoppelException {
        for (Map.Entry<String, byte[]> v : versions.entrySet()) {
            assertArrayEquals(v.getValue(), Rig.restore(vault, v.getKey()));
        }
    }

    private Set<String> packs() {
        return storage.content().names().stream()
                .filter(n -> n.startsWith("data/") || n.startsWith("tree/"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private long packBytes() {
        return FaultStage.packs(storage.content());
    }

    private static byte[] changed(byte[] disk, int at, int length, long seed) {
        byte[] copy = disk.clone();
        byte[] noise = new byte[length];
        new Random(seed).nextBytes(noise);
        System.arraycopy(noise, 0, copy, at, length);
        return copy;
    }

    /** A vault of which nothing that it ever held is stored without need. */
    private long bytesOfAFreshVault() throws Exception {
        MemoryStorage fresh = new MemoryStorage();
        try (Vault other = Rig.create(fresh, Files.createTempDirectory(temp, "fresh"))) {
            for (byte[] disk : versions.values()) {
                Rig.backup(other, new Bytes(disk));
            }
        }
        return FaultStage.packs(fresh.content());
    }

    @Test
    void whatOnlyRemovedVersionsNeededIsGone() throws Exception {
        byte[] disk = Bytes.made(1, SIZE);
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            ids.add(backup(disk));
            disk = changed(disk, 300_000 * i, 700_000, i);
        }
        for (int i = 0; i < 8; i += 2) {
            remove(ids.get(i));
        }
        long before = packBytes();
        CollectReport report = collect();
        assertEquals(before - packBytes(), report.bytesFreed());
        assertEquals(List.of(), report.notes());
        assertWhole();
        long needed = bytesOfAFreshVault();
        assertTrue(packBytes() <= needed * 1.12, () -> packBytes() + " bytes, and " + needed + " would do");
        assertTrue(
                report.bytesUnused() <= 0.07 * report.bytesInUse(),
                () -> report.bytesUnused() + " of " + report.bytesInUse());
        Set<String> left = packs();
        assertEquals(0, collect().packsDeleted());
        assertEquals(left, packs());
    }

    @Test
    void everythingGoesWhenNothingIsNeeded() throws Exception {
        remove(backup(Bytes.made(1, SIZE)), backup(Bytes.made(2, SIZE)));
        collect();
        assertEquals(Set.of(), packs());
        reopen();
        backup(Bytes.made(1, SIZE));
        assertWhole();
    }

    @Test
    void segmentsAndListsDoNotNameWhatIsGoneForEver() throws Exception {
        byte[] disk = Bytes.made(1, SIZE);
        String old = backup(disk);
        backup(changed(disk, 0, 2_000_000, 5));
        remove(old);
        long before = bytes("index/");
        assertTrue(collect().packsDeleted() > 0);
        assertTrue(bytes("cleared/") > 0);
        vault.awaitMerge();
        assertWhole();
        collect();
        assertEquals(0, bytes("cleared/"));
        assertTrue(bytes("index/") < before, () -> bytes("index/") + " of " + before);
        assertWhole();
    }

    private long bytes(String folder) {
        MemoryStorage.Content content = storage.content();
        return content.names().stream()
                .filter(n -> n.startsWith(folder))
                .mapToLong(n -> content.bytes(n).orElseThrow().length)
                .sum();
    }

    @Test
    void nodesHaveTwoCopiesAfterwards() throws Exception {
        byte[] disk = Bytes.made(1, 60_000_000);
        String first = backup(disk);
        byte[] second = changed(disk, 1_000_000, 100_000, 3);
        incremental(second, first, List.of(new ByteRange(1_000_000, 100_000)));
        remove(first);
        CollectReport report = vault.collect(new CollectOptions(0, 0), QUIET, Rig.NEVER);
        assertTrue(report.bytesWritten() > 0);
        assertWhole();
        for (String pack : packs()) {
            if (pack.startsWith("tree/")) {
                byte[] content = storage.content().bytes(pack).orElseThrow();
                storage.content().remove(pack);
                reopen();
                for (Map.Entry<String, byte[]> v : versions.entrySet()) {
                    assertArrayEquals(v.getValue(), Rig.restore(vault, v.getKey()));
                }
                storage.content().overwrite(pack, content);
            }
        }
        reopen();
        assertWhole();
    }

    @Test
    void whatAnOpenSessionFoundStays() throws Exception {
        byte[] disk = Bytes.made(1, SIZE);
        String old = backup(disk);
        try (WriteSession session = vault.begin()) {
            Transfer transfer = new Transfer(Rig.QUIET, 0);
            transfer.store("d", new Bytes(disk), session, Optional.empty(), Optional.empty(), List.of());
            var result = transfer.run().disks().get("d");
            remove(old);
            collect();
            VersionManifest version = Rig.publish(vault, session, "d", result);
            versions.put(version.id(), disk);
        }
        assertWhole();
    }

    @Test
    void whatASessionFindsBetweenTwoBatchesStays() throws Exception {
        byte[] dead = Bytes.made(1, SIZE);
        byte[] half = Bytes.made(2, SIZE);
        String first = backup(dead);
        String second = backup(half);
        backup(changed(half, 0, 3_000_000, 7));
        remove(first, second);
        WriteSession[] session = {null};
        TransferResult.DiskResult[] result = {null};
        collect((phase, total, n) -> {
            if (phase == CollectProgress.Phase.DELETE && n == 0 && total > 0 && session[0] == null) {
                try {
                    session[0] = vault.begin();
                    Transfer transfer = new Transfer(Rig.QUIET, 0);
                    transfer.store("d", new Bytes(half), session[0], Optional.empty(), Optional.empty(), List.of());
                    result[0] = transfer.run().disks().get("d");
                } catch (DoppelException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
        try (WriteSession open = session[0]) {
            versions.put(Rig.publish(vault, open, "d", result[0]).id(), half);
        }
        assertWhole();
    }

    @Test
    void aVersionThatTurnsUpLateKeepsWhatItNeeds() throws Exception {
        byte[] disk = Bytes.made(1, SIZE);
        vault.close();
        LateHead late = new LateHead(storage);
        vault = Rig.open(late.storage(), state);
        late.loseNextHead();
        DoppelException unsure = assertThrows(DoppelException.class, () -> Rig.backup(vault, new Bytes(disk)));
        assertTrue(unsure.is(StorageError.IO), unsure.getMessage());
        collect((phase, total, n) -> {
            if (phase == CollectProgress.Phase.COPY) {
                late.turnUp();
            }
        });
        assertEquals(1, vault.versionIds().size());
        versions.put(vault.versionIds().get(0), disk);
        assertWhole();
    }

    @Test
    void whatASessionLooksForLaterIsStoredAgain() throws Exception {
        byte[] disk = Bytes.made(1, SIZE);
        remove(backup(disk));
        boolean[] done = {false};
        collect((phase, total, n) -> {
            if (phase == CollectProgress.Phase.DELETE && n == 0 && total > 0 && !done[0]) {
                done[0] = true;
                try {
                    backup(disk);
                } catch (DoppelException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
        assertTrue(done[0]);
        assertWhole();
    }

    @Test
    void aVersionThatComesWhileThingsAreMarkedKeepsWhatItNeeds() throws Exception {
        for (CollectProgress.Phase when : CollectProgress.Phase.values()) {
            for (int call = 0; call < 4; call++) {
                comesInBetween(when, call);
            }
        }
    }

    private void comesInBetween(CollectProgress.Phase when, int call) throws Exception {
        byte[] disk = Bytes.made(call + 10, SIZE);
        String half = backup(disk);
        String other = backup(changed(disk, 0, 3_000_000, call));
        remove(half);
        int[] calls = {0};
        collect((phase, total, n) -> {
            if (phase == when && calls[0]++ == call) {
                try {
                    backup(disk);
                } catch (DoppelException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
        assertWhole();
        remove(other);
    }

    @Test
    void aVersionInUseIsNotRemoved() throws Exception {
        byte[] disk = Bytes.made(1, SIZE);
        String base = backup(disk);
        try (VersionDisk reading = vault.openDisk(base, "d")) {
            assertTrue(assertThrows(DoppelException.class, () -> vault.remove(List.of(base)))
                    .is(VaultError.IN_USE));
        }
        try (WriteSession session = vault.begin()) {
            session.tree("d", SIZE, Optional.of(base));
            assertTrue(assertThrows(DoppelException.class, () -> vault.remove(List.of(base)))
                    .is(VaultError.IN_USE));
        }
        remove(base);
        DoppelException gone = assertThrows(DoppelException.class, () -> vault.openDisk(base, "d"));
        assertTrue(gone.is(VaultError.NO_VERSION), gone.getMessage());
        assertTrue(assertThrows(DoppelException.class, () -> vault.remove(List.of(base)))
                .is(VaultError.NO_VERSION));
    }

    @Test
    void oneAtATimeAndNotForReaders() throws Exception {
        String old = backup(Bytes.made(1, SIZE));
        DoppelException[] second = {null};
        collect((phase, total, n) -> second[0] = assertThrows(DoppelException.class, () -> collect()));
        assertTrue(second[0].is(VaultError.BUSY), second[0].getMessage());
        vault.close();
        try (Vault reader = Vault.open(storage, state, Rig.OWNER, VaultAccess.READ_ONLY, new char[0])) {
            assertTrue(assertThrows(DoppelException.class, () -> reader.remove(List.of(old)))
                    .is(VaultError.READ_ONLY));
            assertTrue(
                    assertThrows(DoppelException.class, () -> reader.collect(CollectOptions.DEFAULT, QUIET, Rig.NEVER))
                            .is(VaultError.READ_ONLY));
        }
        vault = Rig.open(storage, state);
    }

    @Test
    void whatCannotBeReadIsNotThrownAway() throws Exception {
        byte[] disk = Bytes.made(1, SIZE);
        String first = backup(disk);
        byte[] second = changed(disk, 0, 3_500_000, 5);
        String next = backup(second);
        remove(first);
        String pack =
                packs().stream().filter(n -> n.startsWith("data/")).findFirst().orElseThrow();
        Set<String> before = packs();
        // the last records of each pack are the last of the disk, which the second version still has
        for (String p : before) {
            if (p.startsWith("data/")) {
                byte[] content = storage.content().bytes(p).orElseThrow();
                for (int at = content.length * 3 / 4; at < content.length * 9 / 10; at += 1000) {
                    content[at] ^= 1;
                }
                storage.content().overwrite(p, content);
            }
        }
        CollectReport report = vault.collect(new CollectOptions(0, 0), QUIET, Rig.NEVER);
        assertFalse(report.notes().isEmpty());
        before.removeIf(p -> p.startsWith("tree/"));
        assertTrue(packs().containsAll(before));
        assertThrows(DoppelException.class, () -> Rig.restore(vault, next));
        // once it is known what is damaged, a whole backup of the same content makes it good again
        assertFalse(vault.verify(List.of(), (total, n) -> {}, Rig.NEVER).clean());
        String again = backup(second);
        assertArrayEquals(second, Rig.restore(vault, again));
        assertArrayEquals(second, Rig.restore(vault, next));
    }

    @Test
    void theSecondCopyOfANodeStaysWhenTheFirstTurnsOutToBeDamaged() throws Exception {
        byte[] disk = Bytes.made(1, 60_000_000);
        String first = backup(disk);
        incremental(changed(disk, 1_000_000, 100_000, 3), first, List.of(new ByteRange(1_000_000, 100_000)));
        remove(first);
        vault.close();
        for (String pack : packs()) {
            if (pack.startsWith("tree/")) {
                withRecordsDamaged(pack);
            }
        }
        vault = Rig.open(storage, state);
    }

    private void withRecordsDamaged(String pack) throws Exception {
        MemoryStorage.Content copy = storage.content().copy();
        byte[] content = copy.bytes(pack).orElseThrow().clone();
        int records = (int) ByteBuffer.wrap(content).getLong(content.length - 40);
        for (int at = 100; at < records; at += 500) {
            content[at] ^= 1;
        }
        Path folder = FaultStage.copy(state, Files.createTempDirectory(temp, "state"));
        try (Vault other = Rig.open(new MemoryStorage(copy, false), folder)) {
            copy.overwrite(pack, content);
            other.collect(new CollectOptions(0, 0), QUIET, Rig.NEVER);
            for (Map.Entry<String, byte[]> v : versions.entrySet()) {
                assertArrayEquals(v.getValue(), Rig.restore(other, v.getKey()));
            }
        }
    }

    @Test
    void aTreeThatCannotBeReadStopsEverything() throws Exception {
        byte[] disk = Bytes.made(1, SIZE);
        String old = backup(disk);
        backup(changed(disk, 0, 3_000_000, 5));
        remove(old);
        for (String p : packs()) {
            if (p.startsWith("tree/")) {
                byte[] content = storage.content().bytes(p).orElseThrow();
                content[80] ^= 1;
                storage.content().overwrite(p, content);
            }
        }
        reopen();
        Set<String> before = packs();
        DoppelException e = assertThrows(DoppelException.class, this::collect);
        assertTrue(e.is(VaultError.UNKNOWN_NEED), e.getMessage());
        assertEquals(before, packs());
    }

    @Test
    void aServerThatWakesAfterATakeOverDeletesNothingThatCounts() throws Exception {
        byte[] disk = Bytes.made(1, SIZE);
        String old = backup(disk);
        String kept = backup(changed(disk, 0, 2_000_000, 5));
        remove(old);
        Path otherState = Files.createDirectory(temp.resolve("other"));
        char[] key = vault.recoveryKey();
        Vault[] other = {null};
        for (CollectProgress.Phase stall : List.of(CollectProgress.Phase.MARK, CollectProgress.Phase.DELETE)) {
            other[0] = null;
            try {
                collect((phase, total, n) -> {
                    if (phase == stall && n == 0 && total > 0 && other[0] == null) {
                        other[0] = takeOver(otherState, key.clone(), disk);
                    }
                });
            } catch (DoppelException e) {
                assertTrue(e.is(VaultError.LEASE_LOST), e.getMessage());
            }
            vault.close();
            vault = other[0];
            assertWholeHere();
            vault.close();
            vault = Vault.open(storage, state, Rig.OWNER, VaultAccess.TAKE_OVER, new char[0]);
            assertWholeHere();
            List<String> all = new ArrayList<>(versions.keySet());
            all.remove(kept);
            remove(all.toArray(String[]::new));
        }
    }

    @Test
    void whoGoesOnFromAnOlderHeadDoesNotBuildUponWhatAStalledServerMayDelete() throws Exception {
        byte[] disk = Bytes.made(1, SIZE);
        remove(backup(disk));
        Path otherState = Files.createDirectory(temp.resolve("other"));
        char[] key = vault.recoveryKey();
        Vault[] other = {null};
        collect((phase, total, n) -> {
            if (phase == CollectProgress.Phase.DELETE && n == 0 && total > 0 && other[0] == null) {
                storage.content().overwrite(newestHead(), new byte[] {1});
                other[0] = takeOver(otherState, key, disk);
            }
        });
        vault.close();
        vault = other[0];
        assertRestored();
    }

    @Test
    void whoGoesOnFromAnOlderHeadFindsWhatWasMovedBeforeARelease() throws Exception {
        byte[] disk = Bytes.made(1, SIZE);
        String old = backup(disk);
        backup(changed(disk, 0, 2_000_000, 5));
        remove(old);
        assertTrue(collect().bytesWritten() > 0);
        vault.close();
        storage.content().overwrite(newestHead(), new byte[] {1});
        vault = Vault.open(storage, state, Rig.OWNER, VaultAccess.TAKE_OVER, new char[0]);
        assertRestored();
        reopen();
        assertRestored();
    }

    private String newestHead() {
        return storage.content().names().stream()
                .filter(name -> name.startsWith("heads/"))
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    @Test
    void whatIsTakenAwayWhileABackupLooksForItsPacksIsNotMissing() throws Exception {
        byte[] disk = Bytes.made(1, SIZE);
        String old = backup(disk);
        vault.close();
        boolean[] armed = {false};
        vault = Rig.open(
                Hooked.storage(storage, (method, arguments, result) -> {
                    if (armed[0] && method.equals("list") && arguments[0].equals("data")) {
                        armed[0] = false;
                        remove(old);
                        assertTrue(collect().packsDeleted() > 0);
                    }
                    return result;
                }),
                state);
        armed[0] = true;
        backup(Bytes.made(2, SIZE));
        assertFalse(armed[0]);
        assertEquals(List.of(), vault.warnings());
        assertWhole();
    }

    @Test
    void whoWasTakenOverDeletesNothingThatOthersLeft() throws Exception {
        byte[] disk = Bytes.made(1, SIZE);
        remove(backup(disk));
        boolean[] left = {false};
        assertThrows(
                IllegalStateException.class,
                () -> collect((phase, total, n) -> {
                    if (phase == CollectProgress.Phase.DELETE && total > 0) {
                        left[0] = true;
                        throw new IllegalStateException("killed");
                    }
                }));
        assertTrue(left[0]);
        reopen();
        Set<String> before = packs();
        Path otherState = Files.createDirectory(temp.resolve("other"));
        VaultOwner owner = new VaultOwner("other", "other");
        try (Vault other = Vault.open(storage, otherState, owner, VaultAccess.TAKE_OVER, vault.recoveryKey())) {
            DoppelException e = assertThrows(DoppelException.class, this::collect);
            assertTrue(e.is(VaultError.LEASE_LOST), e.getMessage());
            assertEquals(before, packs());
            assertTrue(other.collect(CollectOptions.DEFAULT, QUIET, Rig.NEVER).packsDeleted() > 0);
        }
    }

    /** The other server takes the vault over and stores the removed content again. */
    private Vault takeOver(Path otherState, char[] key, byte[] disk) {
        try {
            VaultOwner owner = new VaultOwner("other", "other");
            Vault other = Vault.open(storage, otherState, owner, VaultAccess.TAKE_OVER, key);
            versions.put(Rig.backup(other, new Bytes(disk)).id(), disk);
            return other;
        } catch (DoppelException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aReaderWithAnOlderHeadFindsWhatWasMoved() throws Exception {
        byte[] disk = Bytes.made(1, SIZE);
        String old = backup(disk);
        byte[] now = changed(disk, 0, 2_000_000, 5);
        String kept = backup(now);
        Path readerState = Files.createDirectory(temp.resolve("reader"));
        try (Vault reader = Vault.open(
                storage, readerState, new VaultOwner("reader", "reader"), VaultAccess.READ_ONLY, vault.recoveryKey())) {
            remove(old);
            assertTrue(collect().packsDeleted() > 0);
            assertThrows(DoppelException.class, () -> Rig.restore(reader, kept));
            reader.refresh();
            assertArrayEquals(now, Rig.restore(reader, kept));
            var report = reader.verify(List.of(), (total, n) -> {}, Rig.NEVER);
            assertTrue(report.clean(), report::toString);
        }
    }

    /** A removed version, and one that needs so little of its packs that these are copied. */
    private void somethingToCopy() throws Exception {
        byte[] disk = Bytes.made(1, SIZE);
        String old = backup(disk);
        backup(changed(disk, 0, 2_000_000, 5));
        remove(old);
    }

    @Test
    void allThreadsTogetherKeepToTheBudget() throws Exception {
        somethingToCopy();
        long rate = 1_000_000;
        long begin = System.nanoTime();
        CollectReport report = vault.collect(new CollectOptions(0, rate), QUIET, Rig.NEVER);
        double seconds = (System.nanoTime() - begin) / 1e9;
        // each byte is read and written; the last piece is not waited for
        double least = 2.0 * (report.bytesWritten() - 600_000) / rate;
        assertTrue(least > 0.2 && seconds >= least, () -> seconds + " s for " + report);
        assertWhole();
    }

    @Test
    void aCollectionThatWaitsForItsBudgetIsCancelledWithinASecond() throws Exception {
        somethingToCopy();
        AtomicLong at = new AtomicLong();
        CancelToken token = new CancelToken() {
            @Override
            public boolean isCancelled() {
                return at.get() > 0;
            }

            @Override
            public void check() throws DoppelException {
                if (at.get() > 0) {
                    throw new DoppelException(CommonError.CANCELLED, "Cancelled by the test");
                }
            }

            @Override
            public JobService.Subscription onCancel(Runnable action) {
                return () -> {};
            }
        };
        CountDownLatch deleted = new CountDownLatch(1);
        Thread stopper = new Thread(() -> {
            try {
                deleted.await();
                Thread.sleep(300);
            } catch (InterruptedException e) {
                return;
            }
            at.set(System.nanoTime());
        });
        stopper.start();
        DoppelException e = assertThrows(
                DoppelException.class,
                () -> vault.collect(
                        new CollectOptions(0, 1000),
                        (phase, total, done) -> {
                            if (phase == CollectProgress.Phase.DELETE) {
                                deleted.countDown();
                            }
                        },
                        token));
        assertTrue(e.is(CommonError.CANCELLED), e.getMessage());
        assertTrue(System.nanoTime() - at.get() < 1_000_000_000L);
        stopper.join();
        assertWhole();
    }

    @Test
    void cancellingLeavesEverythingWhole() throws Exception {
        for (int stop = 0; stop < 12; stop++) {
            byte[] disk = Bytes.made(stop, SIZE);
            String old = backup(disk);
            String kept = backup(changed(disk, 0, 2_000_000, stop));
            remove(old);
            int[] left = {stop};
            boolean[] cancelled = {false};
            try {
                vault.collect(new CollectOptions(0, 0), QUIET, new CountingCancel(left, cancelled));
            } catch (DoppelException e) {
                assertTrue(cancelled[0], e.getMessage());
            }
            assertWhole();
            remove(kept);
        }
        collect();
        assertEquals(Set.of(), packs());
    }
}
