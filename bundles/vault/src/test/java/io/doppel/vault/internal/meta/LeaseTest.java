package io.doppel.vault.internal.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseTest {
    @TempDir
    Path temp;

    private final MapStorage storage = new MapStorage();

    private static DoppelException gone() {
        return new DoppelException(StorageError.UNREACHABLE, "The target is gone");
    }

    /** Ends a server without letting it release its lease. */
    private static void kill(VaultMeta meta, MapStorage its) {
        its.hook = (operation, name) -> {
            throw gone();
        };
        meta.close();
        its.hook = (operation, name) -> {};
    }

    private Path server(String name) throws IOException {
        Path folder = Files.createDirectories(temp.resolve(name));
        Files.copy(temp.resolve("a/machine.key"), folder.resolve("machine.key"), StandardCopyOption.REPLACE_EXISTING);
        return folder;
    }

    @Test
    void anotherServerIsRefusedWhileTheVaultIsHeld() throws Exception {
        MapStorage beta = storage.view();
        try (VaultMeta meta = Fixture.create(storage, temp.resolve("a"))) {
            Path b = server("b");
            DoppelException e = Fixture.assertCode(
                    VaultError.HELD, () -> Fixture.open(beta, b, Fixture.BETA, VaultAccess.ATTACH, ""));
            assertTrue(e.getMessage().contains("'alpha'"), e.getMessage());
            String id = Fixture.publish(meta);
            try (VaultMeta reader = Fixture.open(beta, b, Fixture.BETA, VaultAccess.READ_ONLY, "")) {
                assertTrue(reader.head().lists(id));
                String second = Fixture.publish(meta);
                assertFalse(reader.head().lists(second));
                reader.refresh(head -> {});
                assertTrue(reader.head().lists(second));
            }
        }
        try (VaultMeta meta = Fixture.open(beta, temp.resolve("b"), Fixture.BETA, VaultAccess.ATTACH, "")) {
            assertFalse(meta.mayHaveStrays());
            assertEquals(2, meta.leaseEpoch());
        }
    }

    @Test
    void oneStateFolderServesOneOpening() throws Exception {
        VaultMeta meta = Fixture.create(storage, temp.resolve("a"));
        Fixture.assertCode(VaultError.HELD, () -> Fixture.attach(storage, temp.resolve("a")));
        meta.close();
        Fixture.attach(storage, temp.resolve("a")).close();
    }

    @Test
    void afterItsOwnCrashAServerGoesOnByItself() throws Exception {
        VaultMeta meta = Fixture.create(storage, temp.resolve("a"));
        String id = Fixture.publish(meta);
        kill(meta, storage);
        try (VaultMeta again = Fixture.attach(storage, temp.resolve("a"))) {
            assertTrue(again.mayHaveStrays());
            assertEquals(2, again.leaseEpoch());
            assertTrue(again.head().lists(id));
        }
        try (VaultMeta again = Fixture.attach(storage, temp.resolve("a"))) {
            assertFalse(again.mayHaveStrays());
        }
    }

    @Test
    void aCloneOfTheServerThatIsLeftBehindIsRefused() throws Exception {
        Fixture.create(storage, temp.resolve("a")).close();
        Path clone = Files.createDirectories(temp.resolve("clone"));
        try (Stream<Path> files = Files.list(temp.resolve("a"))) {
            for (Path file : files.toList()) {
                Files.copy(file, clone.resolve(file.getFileName()));
            }
        }
        try (VaultMeta meta = Fixture.attach(storage, temp.resolve("a"))) {
            Fixture.assertCode(VaultError.HELD, () -> Fixture.attach(storage.view(), clone));
            Fixture.publish(meta);
        }
    }

    @Test
    void whoWasTakenOverPublishesNothingMore() throws Exception {
        MapStorage beta = storage.view();
        VaultMeta meta = Fixture.create(storage, temp.resolve("a"));
        String id = Fixture.publish(meta);
        VaultMeta taken = Fixture.open(beta, server("b"), Fixture.BETA, VaultAccess.TAKE_OVER, "");
        assertTrue(taken.mayHaveStrays());
        assertTrue(taken.head().lists(id));
        DoppelException e = Fixture.assertCode(VaultError.LEASE_LOST, () -> Fixture.publish(meta));
        assertTrue(e.getMessage().contains("'beta'"), e.getMessage());
        Fixture.assertCode(VaultError.LEASE_LOST, meta::checkLease);
        meta.close();
        assertFalse(storage.objects.containsKey(Leases.releaseName(1)));
        Fixture.assertCode(VaultError.HELD, () -> Fixture.attach(storage, temp.resolve("a")));
        taken.close();
        Fixture.attach(storage, temp.resolve("a")).close();
    }

    @Test
    void aLeaseThatVanishedIsLost() throws Exception {
        VaultMeta meta = Fixture.create(storage, temp.resolve("a"));
        storage.objects.remove(Leases.name(1));
        Fixture.assertCode(VaultError.LEASE_LOST, () -> Fixture.publish(meta));
        meta.close();
    }

    @Test
    void aVoidHeadIsNeitherReadNorInTheWay() throws Exception {
        MapStorage alpha = storage.view();
        VaultMeta stalled = Fixture.create(alpha, temp.resolve("a"));
        String first = Fixture.publish(stalled);
        VaultMeta[] taken = new VaultMeta[1];
        alpha.hook = (operation, name) -> {
            if (operation.equals("put") && name.equals(Heads.name(2)) && taken[0] == null) {
                taken[0] = Fixture.open(storage, serverUnchecked("b"), Fixture.BETA, VaultAccess.TAKE_OVER, "");
            }
        };
        Fixture.assertCode(VaultError.LEASE_LOST, () -> Fixture.publish(stalled));
        stalled.close();
        assertTrue(storage.objects.containsKey(Heads.name(2)));
        try (VaultMeta reader = Fixture.open(storage.view(), server("c"), Fixture.ALPHA, VaultAccess.READ_ONLY, "")) {
            assertEquals(1, reader.head().generation());
        }
        String third = Fixture.publish(taken[0]);
        assertEquals(3, taken[0].head().generation());
        taken[0].close();
        try (VaultMeta reader = Fixture.open(storage.view(), server("d"), Fixture.ALPHA, VaultAccess.READ_ONLY, "")) {
            assertEquals(
                    List.of(first, third),
                    reader.head().versions().stream().map(HeadVersion::id).toList());
            assertEquals(List.of(), reader.verifyMeta(Fixture.NEVER));
        }
    }

    @Test
    void whoGoesOnFromAnOlderHeadPassesVoidOnesBy() throws Exception {
        MapStorage alpha = storage.view();
        VaultMeta stalled = Fixture.create(alpha, temp.resolve("a"));
        String first = Fixture.publish(stalled);
        VaultMeta[] taken = new VaultMeta[1];
        alpha.hook = (operation, name) -> {
            if (operation.equals("put") && name.equals(Heads.name(2)) && taken[0] == null) {
                taken[0] = Fixture.open(storage, serverUnchecked("b"), Fixture.BETA, VaultAccess.TAKE_OVER, "");
            }
        };
        Fixture.assertCode(VaultError.LEASE_LOST, () -> Fixture.publish(stalled));
        stalled.close();
        Fixture.publish(taken[0]);
        taken[0].close();
        // its closing names head 3, and only the one before tells that head 2 is void
        Fixture.open(storage, server("c"), Fixture.BETA, VaultAccess.TAKE_OVER, "")
                .close();
        storage.objects.put(Heads.name(3), new byte[] {1});
        try (VaultMeta meta = Fixture.open(storage, server("d"), Fixture.BETA, VaultAccess.TAKE_OVER, "")) {
            assertEquals(
                    List.of(first),
                    meta.head().versions().stream().map(HeadVersion::id).toList());
            assertTrue(meta.mayHaveStrays());
        }
    }

    private Path serverUnchecked(String name) {
        try {
            return server(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aHeadThatWasStoredWithoutAnAnswerIsSaidAgain() throws Exception {
        VaultMeta meta = Fixture.create(storage, temp.resolve("a"));
        storage.hook = failing("put", Heads.name(1), true);
        String id = Fixture.publish(meta);
        assertEquals(2, meta.head().generation());
        assertEquals(1, meta.head().versions().size());
        meta.close();
        try (VaultMeta again = Fixture.attach(storage, temp.resolve("a"))) {
            assertTrue(again.head().lists(id));
        }
    }

    @Test
    void aHeadThatWasNotStoredFailsThePublicationAndTheNextOneSucceeds() throws Exception {
        VaultMeta meta = Fixture.create(storage, temp.resolve("a"));
        storage.hook = failing("put", Heads.name(1), false);
        Fixture.assertCode(StorageError.IO, () -> Fixture.publish(meta));
        assertEquals(0, meta.head().generation());
        String id = Fixture.publish(meta);
        assertEquals(
                List.of(id),
                meta.head().versions().stream().map(HeadVersion::id).toList());
        meta.close();
        assertTrue(storage.objects.containsKey(Leases.releaseName(1)));
    }

    private static MapStorage.Hook failing(String operation, String name, boolean done) {
        return new MapStorage.Hook() {
            private boolean failed;

            @Override
            public void before(String op, String object) throws DoppelException {
                fail(op, object, false);
            }

            @Override
            public void after(String op, String object) throws DoppelException {
                fail(op, object, true);
            }

            private void fail(String op, String object, boolean after) throws DoppelException {
                if (!failed && after == done && op.equals(operation) && object.equals(name)) {
                    failed = true;
                    throw new DoppelException(StorageError.IO, "no answer");
                }
            }
        };
    }

    @Test
    void removingVersionsAndReplacingSegments() throws Exception {
        try (VaultMeta meta = Fixture.create(storage, temp.resolve("a"))) {
            String first = Fixture.publish(meta);
            String second = Fixture.publish(meta);
            meta.publish(new HeadChange(List.of(), List.of(), List.of(first), List.of()));
            Head head = meta.publish(
                    HeadChange.replacingIndex(List.of("segment-" + first, "segment-" + second), List.of("merged")));
            assertEquals(
                    List.of(second),
                    head.versions().stream().map(HeadVersion::id).toList());
            assertEquals(List.of("merged"), head.index());
        }
    }

    /** What happens right behind the put of a head. */
    private interface Intrusion {
        void into(Leases leases, Lease.Closing closing) throws DoppelException;
    }

    private VaultMeta publisherWith(Intrusion intrusion) throws Exception {
        MapStorage alpha = storage.view();
        VaultMeta meta = Fixture.create(alpha, temp.resolve("a"));
        Fixture.publish(meta);
        Leases leases = new Leases(new SealedStore(new ObjectIo(storage), meta.keys()));
        alpha.hook = new MapStorage.Hook() {
            @Override
            public void before(String operation, String name) {}

            @Override
            public void after(String operation, String name) throws DoppelException {
                if (operation.equals("put") && name.equals(Heads.name(2))) {
                    leases.put(lease(2));
                    String sha256 = Digests.hexSha256(storage.objects.get(name));
                    intrusion.into(leases, new Lease.Closing(2, "nonce-2", 2, sha256, 2));
                }
            }
        };
        return meta;
    }

    private static Lease lease(long epoch) {
        return new Lease(epoch, Fixture.BETA.installationId(), "beta", "nonce-" + epoch, Instant.EPOCH, "");
    }

    @Test
    void aHeadThatTheNextHolderNamesCountsAlthoughTheLeaseIsLost() throws Exception {
        VaultMeta meta = publisherWith((leases, closing) -> leases.put(closing));
        String id = Fixture.publish(meta);
        assertTrue(meta.head().lists(id));
        Fixture.assertCode(VaultError.LEASE_LOST, () -> Fixture.publish(meta));
        meta.close();
        try (VaultMeta reader = Fixture.open(storage, server("b"), Fixture.BETA, VaultAccess.READ_ONLY, "")) {
            assertTrue(reader.head().lists(id));
        }
    }

    @Test
    void aClosingCountsOnlyIfItsLeaseIsTheHighest() throws Exception {
        VaultMeta unclosed = publisherWith((leases, closing) -> {
            leases.put(closing);
            leases.put(lease(3));
        });
        Fixture.assertCode(VaultError.LEASE_LOST, () -> Fixture.publish(unclosed));
        unclosed.close();
    }

    @Test
    void aHeadThatTheNextHolderDoesNotNameIsLost() throws Exception {
        VaultMeta meta = publisherWith((leases, closing) ->
                leases.put(new Lease.Closing(2, closing.nonce(), 2, "0".repeat(64), closing.through())));
        Fixture.assertCode(VaultError.LEASE_LOST, () -> Fixture.publish(meta));
        meta.close();
    }

    private List<String> leases() {
        return storage.objects.keySet().stream()
                .filter(n -> n.startsWith("lease/"))
                .toList();
    }

    private List<String> leasesOf(long first, long last) {
        List<String> names = new ArrayList<>();
        for (long epoch = first; epoch <= last; epoch++) {
            names.add(Leases.name(epoch));
            names.add(Leases.closingName(epoch));
            names.add(Leases.releaseName(epoch));
        }
        return names;
    }

    @Test
    void oldLeasesGoAndTheLastOnesStay() throws Exception {
        Fixture.create(storage, temp.resolve("a")).close();
        for (int epoch = 2; epoch <= 20; epoch++) {
            try (VaultMeta meta = Fixture.attach(storage, temp.resolve("a"))) {
                assertEquals(epoch, meta.leaseEpoch());
                Fixture.publish(meta);
                assertEquals(List.of(), meta.verifyMeta(Fixture.NEVER));
            }
        }
        assertEquals(leasesOf(13, 20), leases());
        storage.objects.remove(Leases.name(13));
        try (VaultMeta meta = Fixture.open(storage, temp.resolve("a"), Fixture.ALPHA, VaultAccess.READ_ONLY, "")) {
            assertEquals(
                    List.of(Leases.name(13)),
                    meta.verifyMeta(Fixture.NEVER).stream()
                            .map(ObjectProblem::object)
                            .toList());
        }
    }

    @Test
    void leasesThatDecideAboutHeadsWhichAreThereStay() throws Exception {
        try (VaultMeta meta = Fixture.create(storage, temp.resolve("a"))) {
            for (int i = 0; i < Heads.KEPT; i++) {
                Fixture.publish(meta);
            }
        }
        for (int epoch = 2; epoch <= 20; epoch++) {
            Fixture.attach(storage, temp.resolve("a")).close();
        }
        try (VaultMeta meta = Fixture.attach(storage, temp.resolve("a"))) {
            // seven of the last eight heads are of the first epoch
            Fixture.publish(meta);
            assertTrue(storage.objects.containsKey(Leases.closingName(1)));
            for (int i = 0; i < Heads.KEPT; i++) {
                Fixture.publish(meta);
            }
            assertTrue(storage.objects.containsKey(Leases.closingName(1)), "looked at once by each opening");
        }
        try (VaultMeta meta = Fixture.attach(storage, temp.resolve("a"))) {
            Fixture.publish(meta);
            assertEquals(leasesOf(15, 21), leases().subList(0, 21));
            assertEquals(List.of(), meta.verifyMeta(Fixture.NEVER));
        }
    }

    @Test
    void whoPutsALeaseWhoseNameIsFreeAgainHasLost() throws Exception {
        Fixture.create(storage, temp.resolve("a")).close();
        Path b = server("b");
        MapStorage late = storage.view();
        liveBefore(late, "put", Leases.name(2));
        Fixture.assertCode(VaultError.LEASE_LOST, () -> Fixture.open(late, b, Fixture.BETA, VaultAccess.ATTACH, ""));
        assertTrue(storage.objects.containsKey(Leases.closingName(2)), "it came through to its closing");
        assertFalse(storage.objects.containsKey(Leases.releaseName(2)));
        List<String> versions;
        try (VaultMeta meta = Fixture.attach(storage, temp.resolve("a"))) {
            assertEquals(22, meta.leaseEpoch());
            assertEquals(List.of(), meta.warnings());
            assertEquals(List.of(), meta.verifyMeta(Fixture.NEVER));
            versions = meta.head().versions().stream().map(HeadVersion::id).toList();
            assertEquals(20, versions.size());
            Fixture.publish(meta);
        }
        assertFalse(storage.objects.containsKey(Leases.closingName(2)));
        try (VaultMeta meta = Fixture.open(storage, b, Fixture.BETA, VaultAccess.TAKE_OVER, "")) {
            assertEquals(List.of(), meta.warnings());
            assertEquals(21, meta.head().versions().size());
        }
    }

    /** Twenty lives of the first server, each of which publishes something, right before an operation of another; whether it came to that. */
    private boolean[] liveBefore(MapStorage other, String operation, String object) {
        boolean[] lived = {false};
        other.hook = (done, name) -> {
            if (done.equals(operation) && name.equals(object) && !lived[0]) {
                lived[0] = true;
                for (int i = 0; i < 20; i++) {
                    try (VaultMeta meta = Fixture.attach(storage, temp.resolve("a"))) {
                        Fixture.publish(meta);
                    }
                }
            }
        };
        return lived;
    }

    @Test
    void aReaderThatListedLeasesWhichAreDeletedThenLooksAgain() throws Exception {
        Fixture.create(storage, temp.resolve("a")).close();
        MapStorage view = storage.view();
        boolean[] lived = liveBefore(view, "stat", Leases.closingName(1));
        try (VaultMeta reader = Fixture.open(view, server("b"), Fixture.BETA, VaultAccess.READ_ONLY, "")) {
            assertTrue(lived[0]);
            assertFalse(storage.objects.containsKey(Leases.closingName(1)));
            assertEquals(20, reader.head().versions().size());
        }
    }
}
