package io.doppel.vault.internal.hold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.Hold;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultHolds.Found;
import io.doppel.vault.VaultOwner;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.WriteSession;
import io.doppel.vault.internal.meta.MapStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** No version that is held is removed, by whoever, whenever and after whatever end of whoever holds it (docs/vault-format.md §13). */
class HoldTest {
    private static final VaultOwner ALPHA = new VaultOwner("installation-alpha", "alpha");
    private static final VaultOwner BETA = new VaultOwner("installation-beta", "beta");
    private static final String PASSPHRASE = "secret";

    @TempDir
    Path temp;

    private final MapStorage storage = new MapStorage();
    private String old;
    private String young;
    /** Where the servers keep what they know; another one for each round of a test that goes back to the beginning. */
    private Path home;

    @BeforeEach
    void twoVersions() throws Exception {
        home = temp;
        try (Vault vault = Vault.create(storage, temp.resolve("alpha"), ALPHA, "zstd", PASSPHRASE.toCharArray())) {
            old = publish(vault);
            young = publish(vault);
        }
    }

    private static String publish(Vault vault) throws DoppelException {
        try (WriteSession session = vault.begin()) {
            return vault.publish(
                            session,
                            new VersionManifest(
                                    "",
                                    0,
                                    Instant.EPOCH,
                                    Instant.EPOCH,
                                    new VersionManifest.Host("h", "test"),
                                    new VersionManifest.MachineName("m", "m"),
                                    "CRASH",
                                    Map.of(),
                                    List.of(),
                                    List.of(),
                                    new VersionManifest.Stats(0, 0, 0, 0)))
                    .id();
        }
    }

    private Vault open(MapStorage view, VaultOwner owner, VaultAccess access) throws DoppelException {
        return Vault.open(view, folder(owner.serverName()), owner, access, new char[0]);
    }

    /** A server's folder, with a key file. */
    private Path folder(String server) {
        Path folder = home.resolve(server);
        try {
            if (!Files.exists(folder)) {
                Files.createDirectories(folder);
                Files.copy(temp.resolve("alpha").resolve("machine.key"), folder.resolve("machine.key"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return folder;
    }

    /** Puts everything back to what it was, for servers that know nothing. */
    private void backTo(Map<String, byte[]> objects) throws IOException {
        storage.objects.clear();
        storage.objects.putAll(objects);
        home = Files.createTempDirectory(temp, "round");
    }

    private Vault alpha(MapStorage view) throws DoppelException {
        return open(view, ALPHA, VaultAccess.ATTACH);
    }

    private static void assertCode(ErrorCode code, Executable action) {
        DoppelException e = assertThrows(DoppelException.class, action);
        assertEquals(code.id(), e.code().id(), e.getMessage());
    }

    private List<String> objects(String folder) {
        return storage.objects.keySet().stream()
                .filter(n -> n.startsWith(folder + "/"))
                .toList();
    }

    @Test
    void aLastingHoldStaysOverRestartsAndTakeOversUntilAPersonEndsIt() throws Exception {
        String id;
        try (Vault vault = alpha(storage)) {
            Found hold = vault.holds().add(old, "case 17");
            id = hold.id();
            assertEquals(old, hold.versionId());
            assertCode(VaultError.ON_HOLD, () -> vault.remove(List.of(old)));
            assertCode(VaultError.ON_HOLD, () -> vault.remove(List.of(young, old)));
            assertEquals(List.of(old, young), vault.versionIds());
            assertEquals(List.of(), objects("removals"));
        }
        try (Vault vault = alpha(storage)) {
            vault.holds().endLeftovers();
            assertCode(VaultError.ON_HOLD, () -> vault.remove(List.of(old)));
        }
        try (Vault vault = open(storage, BETA, VaultAccess.TAKE_OVER)) {
            vault.holds().endLeftovers();
            DoppelException e = assertThrows(DoppelException.class, () -> vault.remove(List.of(old)));
            for (String part : List.of(old, "case 17", "alpha", id)) {
                assertTrue(e.getMessage().contains(part), e.getMessage());
            }
            vault.remove(List.of(young));
            assertCode(VaultError.NO_HOLD, () -> vault.holds().remove("0".repeat(32)));
            assertEquals("case 17", vault.holds().remove(id).purpose());
            vault.remove(List.of(old));
            assertEquals(List.of(), vault.versionIds());
            assertEquals(List.of(), vault.holds().all());
            assertCode(VaultError.NO_VERSION, () -> vault.holds().add(old, "too late"));
        }
        assertEquals(List.of(), objects("holds"));
    }

    @Test
    void aRunsHoldEndsWithIt() throws Exception {
        try (Vault vault = alpha(storage)) {
            Hold first = vault.holds().forRun(old, "restore 1");
            try (Hold second = vault.holds().forRun(old, "restore 2")) {
                first.close();
                first.close();
                vault.holds().endLeftovers();
                assertEquals(
                        List.of(second.id()),
                        vault.holds().all().stream().map(Found::id).toList());
                assertCode(VaultError.ON_HOLD, () -> vault.remove(List.of(old)));
            }
            vault.remove(List.of(old));
        }
        assertEquals(List.of(), objects("holds"));
    }

    @Test
    void closingTheVaultEndsWhatCannotGoOn() throws Exception {
        Hold hold;
        try (Vault vault = alpha(storage)) {
            hold = vault.holds().forRun(old, "restore");
        }
        assertEquals(List.of(), objects("holds"));
        hold.close();
    }

    /** Runs something and has the server die there. */
    private void dying(VaultOwner owner, VaultAccess access, Use use) throws Exception {
        MapStorage view = storage.view();
        try (Vault vault = open(view, owner, access)) {
            use.with(vault);
            view.hook = (operation, name) -> {
                throw new DoppelException(StorageError.UNREACHABLE, "dead");
            };
        }
    }

    private interface Use {
        void with(Vault vault) throws DoppelException;
    }

    @Test
    void whatARestartEndedIsEndedByTheSameInstallationAlone() throws Exception {
        dying(ALPHA, VaultAccess.ATTACH, vault -> vault.holds().forRun(old, "restore"));
        dying(BETA, VaultAccess.READ_ONLY, vault -> vault.holds().forRun(young, "restore beside"));
        assertEquals(2, objects("holds").size());
        try (Vault vault = alpha(storage)) {
            vault.holds().endLeftovers();
            assertEquals(
                    List.of("beta"),
                    vault.holds().all().stream().map(Found::server).toList());
            vault.remove(List.of(old));
            assertCode(VaultError.ON_HOLD, () -> vault.remove(List.of(young)));
        }
        try (Vault vault = open(storage, BETA, VaultAccess.READ_ONLY)) {
            vault.holds().endLeftovers();
        }
        try (Vault vault = alpha(storage)) {
            vault.remove(List.of(young));
        }
    }

    @Test
    void aHoldThatCouldNotBeEndedIsNoObstacleForThisServer() throws Exception {
        MapStorage view = storage.view();
        try (Vault vault = alpha(view)) {
            Hold hold = vault.holds().forRun(old, "restore");
            view.hook = (operation, name) -> {
                throw new DoppelException(StorageError.UNREACHABLE, "for a moment");
            };
            hold.close();
            view.hook = (operation, name) -> {};
            assertEquals(1, objects("holds").size());
            vault.remove(List.of(old));
            assertEquals(List.of(), objects("holds"));
        }
    }

    @Test
    void whatCannotBeReadKeepsEverythingAndIsNamed() throws Exception {
        String id;
        try (Vault vault = alpha(storage)) {
            id = vault.holds().add(old, "case 17").id();
        }
        String name = "holds/" + id;
        byte[] right = storage.objects.get(name);
        for (int i = -7; i < right.length; i += 7) {
            byte[] wrong = i < 0 ? new byte[0] : right.clone();
            if (i >= 0) {
                wrong[i] ^= 4;
            }
            storage.objects.put(name, wrong);
            try (Vault vault = alpha(storage)) {
                vault.holds().endLeftovers();
                DoppelException e = assertThrows(DoppelException.class, () -> vault.remove(List.of(young)));
                assertTrue(e.is(VaultError.UNREADABLE_HOLD) && e.getMessage().contains(name), e.getMessage());
                Found found = vault.holds().all().get(0);
                assertTrue(
                        found.keeps(young)
                                && found.keeps(old)
                                && found.problem().contains(name),
                        found::toString);
            }
        }
        storage.objects.put("holds/" + "1".repeat(32), right);
        storage.objects.put(name, right);
        storage.objects.put("holds/readme", right);
        try (Vault vault = alpha(storage)) {
            assertCode(VaultError.UNREADABLE_HOLD, () -> vault.remove(List.of(young)));
            vault.holds().remove("1".repeat(32));
            vault.remove(List.of(young));
            assertCode(VaultError.ON_HOLD, () -> vault.remove(List.of(old)));
        }
    }

    @Test
    void anotherServerHoldsAtAnyMomentOfARemoval() throws Exception {
        int operations = interleave(true, Integer.MAX_VALUE);
        for (int at = 1; at <= operations; at++) {
            interleave(true, at);
        }
    }

    @Test
    void aVersionIsRemovedAtAnyMomentOfHoldingItElsewhere() throws Exception {
        int operations = interleave(false, Integer.MAX_VALUE);
        for (int at = 1; at <= operations; at++) {
            interleave(false, at);
        }
    }

    /**
     * Another server holds the version, and this one removes it, one as a whole before or after an operation of the other.
     *
     * @param removing which of them is the other
     * @param at the moment; beyond the last, one follows the other
     * @return number of moments
     */
    private int interleave(boolean removing, int at) throws Exception {
        Map<String, byte[]> objects = new TreeMap<>(storage.objects);
        MapStorage mine = storage.view();
        MapStorage theirs = storage.view();
        AtomicInteger moments = new AtomicInteger();
        List<Boolean> outcome = new ArrayList<>(List.of(false, false));
        try (Vault vault = alpha(mine);
                Vault reader = open(theirs, BETA, VaultAccess.READ_ONLY)) {
            Use remove = v -> outcome.set(0, succeeds(() -> vault.remove(List.of(old)), VaultError.ON_HOLD));
            Use hold = v -> outcome.set(1, succeeds(() -> reader.holds().forRun(old, "r"), VaultError.NO_VERSION));
            MapStorage outer = removing ? mine : theirs;
            Use inner = removing ? hold : remove;
            outer.hook = new MapStorage.Hook() {
                @Override
                public void before(String operation, String name) throws DoppelException {
                    moment();
                }

                @Override
                public void after(String operation, String name) throws DoppelException {
                    moment();
                }

                private void moment() throws DoppelException {
                    if (moments.incrementAndGet() == at) {
                        inner.with(null);
                    }
                }
            };
            (removing ? remove : hold).with(null);
            outer.hook = (operation, name) -> {};
            boolean removed = outcome.get(0);
            boolean held = outcome.get(1);
            String when = (removing ? "of the removal, moment " : "of holding, moment ") + at;
            assertFalse(removed && held, when);
            assertEquals(!removed, vault.versionIds().contains(old), when);
            if (at < Integer.MAX_VALUE) {
                assertEquals(held ? 1 : 0, objects("holds").size(), when);
            }
            assertEquals(List.of(), objects("removals"), when);
        }
        backTo(objects);
        return moments.get();
    }

    private static boolean succeeds(Executable action, ErrorCode otherwise) {
        try {
            action.execute();
            return true;
        } catch (DoppelException e) {
            assertEquals(otherwise.id(), e.code().id(), e.getMessage());
            return false;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** The server that removes stalls at any moment, another takes over and a third holds the version; then the first goes on. */
    @Test
    void aServerThatWakesLateRemovesNothingThatIsHeld() throws Exception {
        int outcomes = 0;
        int at = 1;
        for (boolean more = true; more; at++) {
            Map<String, byte[]> objects = new ConcurrentSkipListMap<>(storage.objects);
            MapStorage view = storage.view();
            AtomicInteger left = new AtomicInteger(at);
            VaultOwner gamma = new VaultOwner("installation-gamma", "gamma");
            List<Boolean> held = new ArrayList<>();
            try (Vault vault = open(view, gamma, VaultAccess.ATTACH)) {
                view.hook = (operation, name) -> {
                    if (left.decrementAndGet() == 0) {
                        try (Vault next = open(storage.view(), ALPHA, VaultAccess.TAKE_OVER);
                                Vault reader = open(storage.view(), BETA, VaultAccess.READ_ONLY)) {
                            held.add(succeeds(() -> reader.holds().add(old, "beside the heir"), VaultError.NO_VERSION));
                            assertEquals(held.get(0), next.versionIds().contains(old));
                        }
                    }
                };
                try {
                    vault.remove(List.of(old));
                } catch (DoppelException e) {
                    assertTrue(e.is(VaultError.LEASE_LOST) || e.is(VaultError.ON_HOLD), e.getMessage());
                }
                view.hook = (operation, name) -> {};
            }
            more = left.get() <= 0;
            if (more) {
                try (Vault look = open(storage.view(), BETA, VaultAccess.READ_ONLY)) {
                    assertEquals(held.get(0), look.versionIds().contains(old), "moment " + at);
                }
                outcomes |= held.get(0) ? 1 : 2;
            }
            backTo(objects);
        }
        assertEquals(3, outcomes, "both were seen");
    }

    @Test
    void whatWasAnnouncedTooLateSaysNothing() throws Exception {
        MapStorage view = storage.view();
        List<Vault> heirs = new ArrayList<>();
        try (Vault vault = alpha(view)) {
            view.hook = (operation, name) -> {
                if (operation.equals("put") && name.startsWith("removals/")) {
                    heirs.add(open(storage.view(), BETA, VaultAccess.TAKE_OVER));
                }
            };
            assertCode(VaultError.LEASE_LOST, () -> vault.remove(List.of(old)));
        }
        VaultOwner gamma = new VaultOwner("installation-gamma", "gamma");
        try (Vault heir = heirs.get(0);
                Vault reader = open(storage.view(), gamma, VaultAccess.READ_ONLY)) {
            assertEquals(1, objects("removals").size());
            reader.holds().forRun(old, "restore").close();
            assertTrue(heir.versionIds().contains(old));
        }
    }

    /** A removal that dies at any moment is done or not, and stands in nobody's way. */
    @Test
    void aRemovalThatIsBrokenOffAnywhere() throws Exception {
        boolean more = true;
        for (int at = 1; more; at++) {
            Map<String, byte[]> objects = new TreeMap<>(storage.objects);
            AtomicInteger left = new AtomicInteger(at);
            MapStorage view = storage.view();
            try (Vault vault = alpha(view)) {
                view.hook = (operation, name) -> {
                    if (left.decrementAndGet() <= 0) {
                        throw new DoppelException(StorageError.UNREACHABLE, "dead");
                    }
                };
                vault.remove(List.of(old));
                view.hook = (operation, name) -> {};
            } catch (DoppelException e) {
                assertTrue(e.is(StorageError.UNREACHABLE), e.getMessage());
            }
            more = left.get() <= 0;
            try (Vault vault = alpha(storage);
                    Vault reader = open(storage.view(), BETA, VaultAccess.READ_ONLY)) {
                assertEquals(List.of(), objects("removals"));
                boolean there = vault.versionIds().contains(old);
                assertEquals(
                        there, succeeds(() -> reader.holds().forRun(old, "r").close(), VaultError.NO_VERSION));
                if (there) {
                    vault.remove(List.of(old));
                }
                vault.remove(List.of(young));
            }
            backTo(objects);
        }
    }

    @Test
    void aRemovalThatCannotBeReadKeepsReadersFromHoldingOnly() throws Exception {
        storage.objects.put("removals/" + "2".repeat(32), new byte[100]);
        try (Vault reader = open(storage, BETA, VaultAccess.READ_ONLY)) {
            assertCode(VaultError.DAMAGED_OBJECT, () -> reader.holds().forRun(old, "r"));
            assertEquals(List.of(), objects("holds"));
        }
        try (Vault vault = alpha(storage)) {
            vault.holds().forRun(old, "r").close();
            vault.remove(List.of(old));
        }
        assertEquals(List.of(), objects("removals"));
    }

    /** A server that was recovered from a copy of another: the same installation. */
    @Test
    void theLostServersHoldsEndWithItsLeaseAndItEndsNoneOfItsSuccessors() throws Exception {
        VaultOwner second = new VaultOwner(ALPHA.installationId(), "alpha two", "a second life");
        Vault lost = alpha(storage);
        lost.holds().forRun(old, "restore of the lost server");
        try (Vault next = open(storage.view(), second, VaultAccess.TAKE_OVER)) {
            next.holds().endLeftovers();
            assertEquals(List.of(), next.holds().all());
            next.holds().forRun(old, "restore of its successor");
            // the lost one wakes and wants to remove something, or is opened for reading
            assertCode(VaultError.ON_HOLD, () -> lost.remove(List.of(old)));
            assertCode(VaultError.LEASE_LOST, () -> lost.holds().endLeftovers());
            try (Vault reader = open(storage.view(), ALPHA, VaultAccess.READ_ONLY)) {
                reader.holds().endLeftovers();
            }
            assertEquals(
                    List.of("restore of its successor"),
                    next.holds().all().stream().map(Found::purpose).toList());
        }
        lost.close();
    }
}
