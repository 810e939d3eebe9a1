package io.doppel.vault.copy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobService;
import io.doppel.vault.RateLimit;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultOwner;
import io.doppel.vault.VerifyReport;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.chunk.Layout;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is copied between two vaults, what goes over the wire for it, and what becomes of it when something goes wrong. */
@Timeout(300)
class CopyTest {
    private static final int MIB = 1 << 20;
    private static final Instant MONDAY = Instant.parse("2026-01-05T01:00:00Z");
    private static final Instant TUESDAY = Instant.parse("2026-01-06T01:00:00Z");
    /** Small packs, so that a few megabytes are many. */
    private static final CopyOptions OPTIONS = CopyOptions.usual().withPackBytes(MIB);

    private final Random random = new Random(7);

    @TempDir
    Path folder;

    private Site onsite;
    private Site offsite;

    @BeforeEach
    void makeVaults() throws Exception {
        onsite = Site.make(folder, "onsite", "zstd", Optional.empty());
        offsite = Site.make(folder, "offsite", "lz4", Optional.of(onsite));
    }

    @AfterEach
    void closeVaults() throws Exception {
        onsite.close();
        offsite.close();
    }

    private byte[] noise(int bytes) {
        byte[] all = new byte[bytes];
        random.nextBytes(all);
        return all;
    }

    private byte[] changed(byte[] disk, int... pages) {
        byte[] next = disk.clone();
        for (int page : pages) {
            System.arraycopy(noise(Layout.PAGE), 0, next, page * Layout.PAGE, Layout.PAGE);
        }
        return next;
    }

    private static void assertFails(ErrorCode code, Executable work) {
        DoppelException e = assertThrows(DoppelException.class, work);
        assertEquals(code.id(), e.code().id(), e.getMessage());
    }

    private static void assertRight(Site site) throws Exception {
        VerifyReport report = site.vault.verify(List.of(), (total, done) -> {}, CancelToken.NEVER);
        assertEquals(List.of(), report.problems());
    }

    @Test
    void theCopyTellsWhereItCameFromAndHoldsEverythingButChangeBases() throws Exception {
        String original =
                onsite.store("web", MONDAY, Map.of("a", noise(MIB), "b", new byte[3 * MIB], "c", new byte[0]));
        CopyReport report = offsite.copyFrom(onsite, original, OPTIONS);
        VersionManifest was = onsite.vault.version(original);
        VersionManifest is = offsite.vault.version(report.version().id());
        assertEquals(new VersionManifest.Origin(onsite.vault.id(), original), is.origin());
        assertNull(was.origin());
        assertEquals(was.takenAt(), is.takenAt());
        assertEquals(was.disks(), is.disks());
        assertEquals(was.machineConfig(), is.machineConfig());
        assertEquals(List.of(), is.bases());
        offsite.assertHolds(is.id());
        // a copy of the copy names the first vault
        try (Site third = Site.make(folder, "third", "zstd", Optional.of(offsite))) {
            VersionManifest again = third.copyFrom(offsite, is.id(), OPTIONS).version();
            assertEquals(is.origin(), again.origin());
            // also if it comes the other way
            assertEquals(
                    CopyReport.Result.PRESENT,
                    third.copyFrom(onsite, original, OPTIONS).result());
        }
    }

    @Test
    void onlyWhatIsNewAndCompressedGoesOverTheWire() throws Exception {
        byte[] disk = noise(20 * MIB);
        String monday = onsite.store("web", MONDAY, Map.of("a", disk));
        assertWire(monday);
        byte[] next = changed(disk, 5, 1000, 1001, 4000);
        System.arraycopy(noise(4 * MIB), 0, next, 9 * MIB, 4 * MIB);
        assertWire(onsite.store("web", TUESDAY, Map.of("a", next)));
        // compresses well, in the source's codec, and is not made larger on the way
        byte[] text = new byte[8 * MIB];
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) ("0123456789abcdef".charAt(random.nextInt(16)));
        }
        assertWire(onsite.store("db", TUESDAY, Map.of("a", text)));
        for (String id : offsite.vault.versionIds()) {
            offsite.assertHolds(id);
        }
    }

    /** Bytes over the wire in both directions, against what is new in the onsite vault's packs of chunks. */
    private void assertWire(String version) throws Exception {
        long fresh = onsite.vault.version(version).stats().storedBytes();
        long before = offsite.storage.bytes();
        CopyReport report = offsite.copyFrom(onsite, version, CopyOptions.usual());
        long wire = offsite.storage.bytes() - before;
        assertTrue(wire <= 1.05 * fresh + MIB, wire + " bytes for " + fresh + " new ones: " + report);
        assertTrue(report.sentBytes() <= 1.05 * fresh + MIB, report.toString());
    }

    @Test
    void aWalkBesideTheBaseReadsNothingOfWhatIsEqual() throws Exception {
        byte[] disk = noise(16 * MIB);
        String monday = onsite.store("web", MONDAY, Map.of("a", disk));
        CopyReport first = offsite.copyFrom(onsite, monday, OPTIONS);
        assertEquals(Optional.empty(), first.base());
        String tuesday = onsite.store("web", TUESDAY, Map.of("a", changed(disk, 3000)));
        List<Long> told = new ArrayList<>();
        CopyReport second = offsite.vault.copyFrom(
                onsite.vault,
                tuesday,
                OPTIONS,
                (phase, total, done) -> {
                    if (phase == CopyProgress.Phase.SEND) {
                        told.add(total);
                    }
                },
                CancelToken.NEVER);
        assertEquals(Optional.of(first.version().id()), second.base());
        assertTrue(second.readBytes() < MIB, "read " + second.readBytes());
        assertTrue(second.sentBytes() < MIB, "sent " + second.sentBytes());
        // the total is known before anything is sent
        assertTrue(told.get(0) > 0 && told.get(0) < MIB, told.toString());
        offsite.content.put(second.version().id(), onsite.content.get(tuesday));
        offsite.assertHolds(second.version().id());
    }

    @Test
    void theNearestVersionOfTheMachineIsTheBase() throws Exception {
        byte[] disk = noise(2 * MIB);
        String first = onsite.store("web", MONDAY, Map.of("a", disk));
        String last = onsite.store("web", TUESDAY, Map.of("a", changed(disk, 1)));
        String other = onsite.store("db", TUESDAY.minusSeconds(1), Map.of("a", disk));
        String between = onsite.store("web", TUESDAY.minusSeconds(60), Map.of("a", changed(disk, 2)));
        offsite.copyFrom(onsite, first, OPTIONS);
        offsite.copyFrom(onsite, other, OPTIONS);
        String near = offsite.copyFrom(onsite, last, OPTIONS).version().id();
        assertEquals(
                Optional.of(near), offsite.copyFrom(onsite, between, OPTIONS).base());
    }

    @Test
    void vaultsOfDifferentDomainsAreRefused() throws Exception {
        String version = onsite.store("web", MONDAY, Map.of("a", noise(MIB)));
        try (Site stranger = Site.make(folder, "stranger", "zstd", Optional.empty())) {
            long before = stranger.storage.bytes();
            assertFails(VaultError.OTHER_DOMAIN, () -> stranger.copyFrom(onsite, version, OPTIONS));
            assertEquals(before, stranger.storage.bytes());
            assertFalse(stranger.vault.sharesDomain(onsite.vault));
        }
        assertTrue(offsite.vault.sharesDomain(onsite.vault));
    }

    @Test
    void aDomainCannotBeTakenFromAVaultThatIsClosed() throws Exception {
        Vault closed = onsite.vault;
        closed.close();
        VaultOwner owner = new VaultOwner("i", "s");
        WatchedStorage empty = new WatchedStorage();
        assertFails(
                VaultError.CLOSED,
                () -> Vault.create(empty, folder.resolve("none"), owner, "zstd", new char[0], closed));
        assertTrue(empty.objects.objects.isEmpty());
    }

    @Test
    void keysAreNotShared() throws Exception {
        assertFalse(Arrays.equals(onsite.vault.recoveryKey(), offsite.vault.recoveryKey()));
        String version = onsite.store("web", MONDAY, Map.of("a", noise(MIB)));
        offsite.copyFrom(onsite, version, OPTIONS);
        char[] other = onsite.vault.recoveryKey();
        assertFails(
                VaultError.WRONG_KEY,
                () -> Vault.open(
                        offsite.storage.again(),
                        folder.resolve("thief"),
                        new VaultOwner("i", "s"),
                        VaultAccess.READ_ONLY,
                        other));
    }

    @Test
    void whatANodeLeadsToIsNotTakenForGranted() throws Exception {
        byte[] disk = noise(4 * MIB);
        String version = onsite.store("web", MONDAY, Map.of("a", disk));
        // all is sent, but the version is not published, and a pack of chunks is lost with the crash
        offsite.storage.watcher = name -> {
            if (name.startsWith("versions/")) {
                offsite.storage.cutAfter(-1);
            }
        };
        assertThrows(DoppelException.class, () -> offsite.copyFrom(onsite, version, OPTIONS));
        assertTrue(offsite.storage.isCut());
        String lost = offsite.storage.objects.objects.keySet().stream()
                .filter(name -> name.startsWith("data/"))
                .findFirst()
                .orElseThrow();
        offsite.storage.objects.objects.remove(lost);
        assertTrue(offsite.storage.objects.objects.keySet().stream().anyMatch(name -> name.startsWith("tree/")));
        offsite.restart();
        CopyReport report = offsite.copyFrom(onsite, version, OPTIONS);
        assertTrue(report.sentBytes() > 0);
        offsite.assertHolds(report.version().id());
        assertRight(offsite);
    }

    @Test
    void aKilledCopyIsResumedAndSendsLittleTwice() throws Exception {
        String version = onsite.store("web", MONDAY, Map.of("a", noise(24 * MIB)));
        long fresh = onsite.vault.version(version).stats().storedBytes();
        CopyOptions two = OPTIONS.withStreams(2);
        long before = offsite.storage.bytes();
        int kills = 0;
        for (int at : new int[] {1, 13, 21}) {
            offsite.storage.cutAfter(at * MIB / 2 + random.nextInt(MIB));
            assertThrows(DoppelException.class, () -> offsite.copyFrom(onsite, version, two));
            assertTrue(offsite.storage.isCut());
            offsite.restart();
            kills++;
        }
        CopyReport report = offsite.copyFrom(onsite, version, two);
        long wire = offsite.storage.bytes() - before;
        offsite.assertHolds(report.version().id());
        assertRight(offsite);
        // of each kill, the open pack of each stream and those of nodes
        long lost = kills * 4L * OPTIONS.packBytes();
        assertTrue(wire <= 1.05 * fresh + MIB + lost, wire + " for " + fresh);
        // what is left over from kills goes with the next purge, and nothing else
        offsite.purge();
        offsite.assertHolds(report.version().id());
        assertTrue(offsite.storage.packBytes() <= 1.05 * fresh + MIB);
    }

    @Test
    void aCancelledCopyEndsAtOnceAndNothingIsSentTwice() throws Exception {
        String version = onsite.store("web", MONDAY, Map.of("a", noise(16 * MIB)));
        long fresh = onsite.vault.version(version).stats().storedBytes();
        for (int at : new int[] {2, 7, 9}) {
            AtomicBoolean stop = new AtomicBoolean();
            long until = offsite.storage.written.get() + (long) at * MIB / 2;
            offsite.storage.watcher = name -> stop.compareAndSet(false, offsite.storage.written.get() > until);
            AtomicLong after = new AtomicLong(-1);
            DoppelException e = assertThrows(
                    DoppelException.class,
                    () -> offsite.copyFrom(
                            onsite,
                            version,
                            OPTIONS,
                            cancelledIf(stop, () -> after.compareAndSet(-1, offsite.storage.written.get()))));
            assertTrue(e.is(CommonError.CANCELLED), e.getMessage());
            // nothing but what the streams had in their hands, and the ends of their packs
            long tail = offsite.storage.written.get() - after.get();
            assertTrue(tail < 3 * MIB, "sent after the cancel: " + tail);
        }
        offsite.storage.watcher = name -> {};
        assertEquals(List.of(), offsite.vault.versionIds());
        CopyReport report = offsite.copyFrom(onsite, version, OPTIONS);
        offsite.assertHolds(report.version().id());
        assertEquals(onsite.vault.uniqueBytes(), offsite.vault.uniqueBytes());
        assertTrue(offsite.storage.packBytes() <= 1.05 * fresh + MIB);
    }

    @Test
    void noPurgeTakesTheBaseAwayBeneathACopy() throws Exception {
        byte[] disk = noise(12 * MIB);
        String monday = onsite.store("web", MONDAY, Map.of("a", disk));
        String base = offsite.copyFrom(onsite, monday, OPTIONS).version().id();
        byte[] next = changed(disk, 100, 2500);
        String tuesday = onsite.store("web", TUESDAY, Map.of("a", next));
        AtomicReference<DoppelException> refused = new AtomicReference<>();
        AtomicBoolean once = new AtomicBoolean();
        offsite.storage.watcher = name -> {
            if (name.startsWith("data/") && once.compareAndSet(false, true)) {
                aside(() -> {
                    refused.set(assertThrows(DoppelException.class, () -> offsite.vault.remove(List.of(base))));
                    offsite.purge();
                });
            }
        };
        CopyReport report = offsite.copyFrom(onsite, tuesday, OPTIONS);
        assertTrue(refused.get().is(VaultError.IN_USE), refused.get().getMessage());
        assertEquals(Optional.of(base), report.base());
        // now it may go, and what the copy took over stays
        offsite.remove(base);
        offsite.purge();
        offsite.assertHolds(report.version().id());
        assertRight(offsite);
    }

    @Test
    void noPurgeTakesWhatACopyFoundAway() throws Exception {
        byte[] shared = noise(8 * MIB);
        byte[] more = noise(16 * MIB);
        System.arraycopy(shared, 0, more, 0, shared.length);
        String other = onsite.store("db", MONDAY, Map.of("a", shared));
        String version = onsite.store("web", TUESDAY, Map.of("a", more));
        String there = offsite.copyFrom(onsite, other, OPTIONS).version().id();
        AtomicBoolean once = new AtomicBoolean();
        offsite.storage.watcher = name -> {
            if (name.startsWith("data/") && once.compareAndSet(false, true)) {
                // the survey has found what both have; nothing but the session needs it from now on
                aside(() -> {
                    offsite.vault.remove(List.of(there));
                    offsite.purge();
                });
            }
        };
        CopyReport report = offsite.copyFrom(onsite, version, OPTIONS);
        assertTrue(once.get());
        assertTrue(report.skippedBytes() > 6 * MIB, report.toString());
        offsite.assertHolds(report.version().id());
        assertRight(offsite);
    }

    private static CancelToken cancelledIf(AtomicBoolean stop, Runnable noticed) {
        return new CancelToken() {
            @Override
            public boolean isCancelled() {
                return stop.get();
            }

            @Override
            public void check() throws DoppelException {
                if (stop.get()) {
                    noticed.run();
                    throw new DoppelException(CommonError.CANCELLED, "Enough");
                }
            }

            @Override
            public JobService.Subscription onCancel(Runnable action) {
                return () -> {};
            }
        };
    }

    /** Something that another thread does while a copy waits. */
    private interface Work {
        void run() throws DoppelException;
    }

    private static void aside(Work work) throws DoppelException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread other = new Thread(() -> {
            try {
                work.run();
            } catch (DoppelException | RuntimeException | Error e) {
                failure.set(e);
            }
        });
        other.start();
        try {
            other.join();
        } catch (InterruptedException e) {
            throw new DoppelException(CommonError.CANCELLED, "interrupted", e);
        }
        if (failure.get() != null) {
            throw new AssertionError(failure.get());
        }
    }

    @Test
    void theVersionThatIsCopiedIsNotRemovedMeanwhile() throws Exception {
        String version = onsite.store("web", MONDAY, Map.of("a", noise(4 * MIB)));
        AtomicReference<DoppelException> refused = new AtomicReference<>();
        offsite.storage.watcher = name -> {
            if (name.startsWith("data/") && refused.get() == null) {
                aside(() ->
                        refused.set(assertThrows(DoppelException.class, () -> onsite.vault.remove(List.of(version)))));
            }
        };
        offsite.copyFrom(onsite, version, OPTIONS);
        assertTrue(refused.get().is(VaultError.IN_USE));
        onsite.vault.remove(List.of(version));
    }

    @Test
    void aPurgeOfTheSourceMayMovePacksMeanwhile() throws Exception {
        byte[] disk = noise(12 * MIB);
        String monday = onsite.store("web", MONDAY, Map.of("a", disk));
        byte[] half = disk.clone();
        System.arraycopy(noise(6 * MIB), 0, half, 0, 6 * MIB);
        String tuesday = onsite.store("web", TUESDAY, Map.of("a", half));
        AtomicBoolean once = new AtomicBoolean();
        CopyProgress purging = (phase, total, done) -> {
            if (phase == CopyProgress.Phase.SEND && once.compareAndSet(false, true)) {
                try {
                    onsite.vault.remove(List.of(monday));
                    // half of the pack is not needed any more: the rest goes to another one
                    onsite.purge();
                } catch (DoppelException e) {
                    throw new AssertionError(e);
                }
            }
        };
        String copy = offsite.vault
                .copyFrom(onsite.vault, tuesday, OPTIONS, purging, CancelToken.NEVER)
                .version()
                .id();
        assertTrue(once.get());
        assertArrayEquals(half, offsite.read(copy, "a"));
        assertRight(offsite);
        assertEquals(List.of(tuesday), onsite.vault.versionIds());
    }

    @Test
    void aSourceThatIsAttachedForReadingMayBePurgedByItsServer() throws Exception {
        byte[] disk = noise(8 * MIB);
        String monday = onsite.store("web", MONDAY, Map.of("a", disk));
        byte[] half = disk.clone();
        System.arraycopy(noise(4 * MIB), 0, half, 0, 4 * MIB);
        String tuesday = onsite.store("web", TUESDAY, Map.of("a", half));
        try (Site reader = Site.attach(folder, "reader", onsite, VaultAccess.READ_ONLY)) {
            onsite.remove(monday);
            onsite.purge();
            CopyReport report = offsite.copyFrom(reader, tuesday, OPTIONS);
            offsite.assertHolds(report.version().id());
        }
        assertRight(offsite);
    }

    private static void damage(Site site, String folder, int at) {
        site.storage.objects.objects.forEach((name, bytes) -> {
            if (name.startsWith(folder)) {
                bytes[at < 0 ? bytes.length + at : at] ^= 1;
            }
        });
    }

    @Test
    void damageInTheSourceIsNamedAndOtherVersionsGoOn() throws Exception {
        byte[] disk = noise(4 * MIB);
        String bad = onsite.store("web", MONDAY, Map.of("a", disk));
        damage(onsite, "data/", 100_000);
        String good = onsite.store("db", MONDAY, Map.of("a", noise(2 * MIB)));
        DoppelException e = assertThrows(DoppelException.class, () -> offsite.copyFrom(onsite, bad, OPTIONS));
        assertTrue(e.is(VaultError.DAMAGED_SOURCE), e.getMessage());
        assertTrue(e.what().contains("disk 'a'") && e.what().contains("1 place"), e.what());
        assertEquals(List.of(), offsite.vault.versionIds());
        offsite.assertHolds(offsite.copyFrom(onsite, good, OPTIONS).version().id());
        // once a backup has healed it, it goes too, and what was sent before is not sent again
        onsite.store("web", TUESDAY, Map.of("a", disk));
        CopyReport report = offsite.copyFrom(onsite, bad, OPTIONS);
        assertTrue(report.sentBytes() < MIB, report.toString());
        offsite.assertHolds(report.version().id());
    }

    @Test
    void aSourcePackWhoseFooterIsDamagedIsReadRecordByRecord() throws Exception {
        String version = onsite.store("web", MONDAY, Map.of("a", noise(4 * MIB)));
        damage(onsite, "data/", -1);
        CopyReport report = offsite.copyFrom(onsite, version, OPTIONS);
        offsite.assertHolds(report.version().id());
        assertRight(offsite);
    }

    @ParameterizedTest
    @EnumSource(Arrival.class)
    void whatDoesNotArriveIsNotPublished(Arrival arrival) throws Exception {
        String version = onsite.store("web", MONDAY, Map.of("a", noise(3 * MIB)));
        AtomicInteger looked = new AtomicInteger();
        // the target says that it has the packs, and has something else
        CopyProgress lying = (phase, total, done) -> {
            if (phase == CopyProgress.Phase.PROVE && looked.getAndIncrement() == 0) {
                if (arrival == Arrival.LISTED) {
                    offsite.storage.objects.objects.replaceAll(
                            (name, b) -> name.startsWith("data/") ? Arrays.copyOf(b, b.length - 1) : b);
                } else {
                    // the middle of a pack of one megabyte is read back only with the whole
                    damage(offsite, "data/", arrival == Arrival.SAMPLE ? -60 : MIB / 2);
                }
            }
        };
        CopyOptions options = OPTIONS.withArrival(arrival);
        assertFails(
                VaultError.NOT_ARRIVED,
                () -> offsite.vault.copyFrom(onsite.vault, version, options, lying, CancelToken.NEVER));
        assertEquals(List.of(), offsite.vault.versionIds());
        CopyReport report = offsite.copyFrom(onsite, version, options);
        offsite.assertHolds(report.version().id());
    }

    @Test
    void anotherInstallationRestoresFromTheOffsiteVaultAlone() throws Exception {
        byte[] disk = noise(3 * MIB);
        String monday = onsite.store("web", MONDAY, Map.of("a", disk));
        String copy = offsite.copyFrom(onsite, monday, OPTIONS).version().id();
        onsite.close();
        onsite.storage.objects.objects.clear();
        try (Site console = Site.attach(folder, "console", offsite, VaultAccess.READ_ONLY)) {
            console.assertHolds(copy);
        }
        offsite.close();
        try (Site heir = Site.attach(folder, "heir", offsite, VaultAccess.ATTACH)) {
            heir.assertHolds(copy);
            assertRight(heir);
        }
    }

    @Test
    void aFreshVaultOfTheSameDomainIsFilledFromOffsite() throws Exception {
        byte[] disk = noise(3 * MIB);
        String monday = onsite.store("web", MONDAY, Map.of("a", disk));
        String copy = offsite.copyFrom(onsite, monday, OPTIONS).version().id();
        try (Site console = Site.attach(folder, "console", offsite, VaultAccess.READ_ONLY);
                Site fresh = Site.make(folder, "fresh", "zstd", Optional.of(console))) {
            CopyReport back = fresh.copyFrom(console, copy, OPTIONS);
            fresh.assertHolds(back.version().id());
            // and what it stores next goes out again as usual
            String tuesday = fresh.store("web", TUESDAY, Map.of("a", changed(disk, 9)));
            CopyReport out = offsite.copyFrom(fresh, tuesday, OPTIONS);
            assertTrue(out.sentBytes() < MIB, out.toString());
            offsite.assertHolds(out.version().id());
            assertEquals(
                    CopyReport.Result.PRESENT,
                    offsite.copyFrom(fresh, back.version().id(), OPTIONS).result());
        }
    }

    @Test
    void whatIsDamagedComesBackAndHealsAllVersionsThatNeedIt() throws Exception {
        byte[] disk = noise(6 * MIB);
        String monday = onsite.store("web", MONDAY, Map.of("a", disk));
        String copy = offsite.copyFrom(onsite, monday, OPTIONS).version().id();
        String tuesday = onsite.store("web", TUESDAY, Map.of("a", changed(disk, 1200)));
        String dataPack = onsite.storage.objects.objects.entrySet().stream()
                .filter(o -> o.getKey().startsWith("data/") && o.getValue().length > 2 * MIB)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
        onsite.storage.objects.objects.get(dataPack)[200_000] ^= 1;
        VerifyReport found = onsite.vault.verify(List.of(), (total, done) -> {}, CancelToken.NEVER);
        assertFalse(found.problems().isEmpty());
        assertThrows(DoppelException.class, () -> onsite.read(tuesday, "a"));
        CopyReport healed = onsite.copyFrom(offsite, copy, OPTIONS);
        assertEquals(CopyReport.Result.HEALED, healed.result());
        assertEquals(monday, healed.version().id());
        assertEquals(List.of(monday, tuesday), onsite.vault.versionIds());
        // no more than the damaged chunk
        assertTrue(healed.sentBytes() < MIB, healed.toString());
        onsite.assertHolds(monday);
        onsite.assertHolds(tuesday);
        assertEquals(
                CopyReport.Result.PRESENT,
                onsite.copyFrom(offsite, copy, OPTIONS).result());
        // a restart knows where it is
        onsite.restart();
        onsite.assertHolds(tuesday);
    }

    @Test
    void damageOfTheBaseIsNotTakenOver() throws Exception {
        byte[] disk = noise(6 * MIB);
        String monday = onsite.store("web", MONDAY, Map.of("a", disk));
        offsite.copyFrom(onsite, monday, OPTIONS);
        String tuesday = onsite.store("web", TUESDAY, Map.of("a", changed(disk, 1200)));
        String pack = offsite.storage.objects.objects.keySet().stream()
                .filter(name -> name.startsWith("data/"))
                .findFirst()
                .orElseThrow();
        offsite.storage.objects.objects.remove(pack);
        offsite.restart();
        CopyReport report = offsite.copyFrom(onsite, tuesday, OPTIONS);
        offsite.assertHolds(report.version().id());
    }

    @Test
    void aLimitIsSharedByAllStreams() throws Exception {
        String version = onsite.store("web", MONDAY, Map.of("a", noise(2 * MIB)));
        AtomicLong rate = new AtomicLong(1);
        // at one byte a second it would take weeks; it goes on as soon as the limit is another
        CopyOptions options = OPTIONS.withLimit(new RateLimit(rate::get));
        offsite.storage.watcher = name -> rate.set(0);
        offsite.assertHolds(offsite.copyFrom(onsite, version, options).version().id());
    }
}
