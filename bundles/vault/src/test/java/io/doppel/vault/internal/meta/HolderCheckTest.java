package io.doppel.vault.internal.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobService;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.HolderPatience;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultOwner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Asking the holder of a vault whether it lives. The holder looks when the asker has looked for the first time, so nothing waits for a clock. */
class HolderCheckTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration SHORT = Duration.ofMillis(30);
    private static final Duration PAUSE = Duration.ofMillis(2);

    @TempDir
    Path temp;

    private final MapStorage storage = new MapStorage();
    private final MapStorage beta = storage.view();

    private VaultMeta reader() throws Exception {
        Path folder = Files.createDirectories(temp.resolve("b"));
        if (!Files.exists(folder.resolve("machine.key"))) {
            Files.copy(temp.resolve("a/machine.key"), folder.resolve("machine.key"));
        }
        return Fixture.open(beta, folder, Fixture.BETA, VaultAccess.READ_ONLY, "");
    }

    /** Patience whose second look comes after that was done. */
    private static HolderPatience meanwhile(Duration most, Action action) {
        AtomicInteger looks = new AtomicInteger();
        return new HolderPatience(most, PAUSE, (holder, time, of) -> {
            if (looks.incrementAndGet() == 2) {
                try {
                    action.run();
                } catch (DoppelException e) {
                    throw new AssertionError(e);
                }
            }
        });
    }

    private interface Action {
        void run() throws DoppelException;
    }

    private List<String> questions() {
        return storage.objects.keySet().stream()
                .filter(n -> n.contains(".ask.") || n.contains(".here."))
                .toList();
    }

    private static void kill(VaultMeta meta, MapStorage its) {
        its.hook = (operation, name) -> {
            throw new DoppelException(StorageError.UNREACHABLE, "gone");
        };
        meta.close();
        its.hook = (operation, name) -> {};
    }

    @Test
    void aLivingHolderAnswersAndNothingIsLeft() throws Exception {
        try (VaultMeta holder = Fixture.create(storage, temp.resolve("a"));
                VaultMeta asker = reader()) {
            DoppelException e = Fixture.assertCode(
                    VaultError.HOLDER_LIVES,
                    () -> asker.requireHolderGone(meanwhile(LONG, holder::tellThatWeLive), CancelToken.NEVER));
            assertTrue(e.getMessage().contains("'alpha'"), e.getMessage());
            assertEquals(List.of(), questions());
        }
    }

    @Test
    void aHolderThatIsGoneDoesNot() throws Exception {
        kill(Fixture.create(storage, temp.resolve("a")), storage);
        List<String> told = new ArrayList<>();
        try (VaultMeta asker = reader()) {
            asker.requireHolderGone(
                    new HolderPatience(SHORT, PAUSE, (holder, time, of) -> told.add(holder)), CancelToken.NEVER);
        }
        assertTrue(told.size() > 1, "asked and waited");
        assertEquals(Set.of("alpha"), Set.copyOf(told));
        assertEquals(List.of(), questions());
    }

    @Test
    void nobodyIsWaitedForWhereNobodyHolds() throws Exception {
        Fixture.create(storage, temp.resolve("a")).close();
        try (VaultMeta asker = reader()) {
            asker.requireHolderGone(
                    new HolderPatience(LONG, PAUSE, (holder, time, of) -> assertFalse(true, "asked")),
                    CancelToken.NEVER);
        }
    }

    @Test
    void oneThatEndsMeanwhileIsNotWaitedFor() throws Exception {
        VaultMeta holder = Fixture.create(storage, temp.resolve("a"));
        try (VaultMeta asker = reader()) {
            asker.requireHolderGone(meanwhile(LONG, holder::close), CancelToken.NEVER);
        }
    }

    @Test
    void aSuccessorIsAskedInItsTurn() throws Exception {
        VaultMeta first = Fixture.create(storage, temp.resolve("a"));
        VaultMeta[] second = new VaultMeta[1];
        AtomicInteger looks = new AtomicInteger();
        HolderPatience patience = new HolderPatience(LONG, PAUSE, (holder, time, of) -> {
            try {
                if (looks.incrementAndGet() == 2) {
                    second[0] = Fixture.open(storage.view(), copyOfKey("c"), Fixture.BETA, VaultAccess.TAKE_OVER, "");
                } else if (second[0] != null) {
                    second[0].tellThatWeLive();
                }
            } catch (DoppelException | IOException e) {
                throw new AssertionError(e);
            }
        });
        try (VaultMeta asker = reader()) {
            DoppelException e = Fixture.assertCode(
                    VaultError.HOLDER_LIVES, () -> asker.requireHolderGone(patience, CancelToken.NEVER));
            assertTrue(e.getMessage().contains("'beta'"), e.getMessage());
        }
        Fixture.assertCode(VaultError.LEASE_LOST, first::tellThatWeLive);
        second[0].close();
        first.close();
    }

    private Path copyOfKey(String name) throws IOException {
        Path folder = Files.createDirectories(temp.resolve(name));
        Files.copy(temp.resolve("a/machine.key"), folder.resolve("machine.key"));
        return folder;
    }

    @Test
    void whoHasNoKeysGetsNoAnswerAndGivesNone() throws Exception {
        VaultMeta holder = Fixture.create(storage, temp.resolve("a"));
        String forged = Leases.askName(1, "0".repeat(32));
        storage.objects.put(forged, new byte[200]);
        holder.tellThatWeLive();
        assertEquals(List.of(forged), questions());
        kill(holder, storage);
        MapStorage watched = beta;
        watched.hook = new MapStorage.Hook() {
            @Override
            public void before(String operation, String name) {}

            @Override
            public void after(String operation, String name) {
                if (operation.equals("put") && name.contains(".ask.")) {
                    storage.objects.put(name.replace(".ask.", ".here."), storage.objects.get(name));
                }
            }
        };
        try (VaultMeta asker = reader()) {
            asker.requireHolderGone(new HolderPatience(SHORT, PAUSE, (name, time, of) -> {}), CancelToken.NEVER);
        }
        assertEquals(List.of(forged), questions());
        watched.hook = (operation, name) -> {};
        try (VaultMeta next = Fixture.attach(storage, temp.resolve("a"))) {
            next.tellThatWeLive();
            assertEquals(List.of(), questions(), "what is left of earlier epochs is deleted");
        }
    }

    @Test
    void waitingCanBeCancelled() throws Exception {
        kill(Fixture.create(storage, temp.resolve("a")), storage);
        CancelToken cancelled = new CancelToken() {
            @Override
            public boolean isCancelled() {
                return true;
            }

            @Override
            public void check() throws DoppelException {
                throw new DoppelException(CommonError.CANCELLED, "stop");
            }

            @Override
            public JobService.Subscription onCancel(Runnable action) {
                return () -> {};
            }
        };
        try (VaultMeta asker = reader()) {
            Fixture.assertCode(
                    CommonError.CANCELLED,
                    () -> asker.requireHolderGone(
                            new HolderPatience(LONG, PAUSE, (holder, time, of) -> {}), cancelled));
        }
        assertEquals(List.of(), questions());
    }

    private static VaultOwner recovered() {
        return new VaultOwner(Fixture.ALPHA.installationId(), "alpha two", "a second life");
    }

    @Test
    void theServerThatWasReplacedIsRefusedForGood() throws Exception {
        kill(Fixture.create(storage, temp.resolve("a")), storage);
        try (VaultMeta second = Fixture.open(beta, copyOfKey("b"), recovered(), VaultAccess.TAKE_OVER, "")) {
            DoppelException e =
                    Fixture.assertCode(VaultError.REPLACED, () -> Fixture.attach(storage, temp.resolve("a")));
            assertTrue(e.getMessage().contains("'alpha two'"), e.getMessage());
            Fixture.publish(second);
        }
        // also when the other ended in peace
        Fixture.assertCode(VaultError.REPLACED, () -> Fixture.attach(storage, temp.resolve("a")));
        try (VaultMeta other = Fixture.open(beta, copyOfKey("c"), Fixture.BETA, VaultAccess.ATTACH, "")) {
            Fixture.assertCode(VaultError.REPLACED, () -> Fixture.attach(storage, temp.resolve("a")));
        }
        try (VaultMeta again = Fixture.open(beta, temp.resolve("b"), recovered(), VaultAccess.ATTACH, "")) {
            assertEquals(4, again.leaseEpoch());
        }
    }

    @Test
    void aServerThatSucceedsFollowsItsPredecessorOnce() throws Exception {
        kill(Fixture.create(storage, temp.resolve("a")), storage);
        Path key = temp.resolve("a");
        String vaultId;
        try (VaultMeta look = reader()) {
            vaultId = look.id();
        }
        Path folder = temp.resolve("n");
        StateOfServer.succeed(folder, vaultId, StateOfServer.keyFile(key));
        VaultMeta taken = Fixture.open(beta, folder, recovered(), VaultAccess.ATTACH, "");
        assertEquals(2, taken.leaseEpoch());
        kill(taken, beta);
        VaultOwner third = new VaultOwner(Fixture.ALPHA.installationId(), "third", "a third life");
        VaultMeta over = Fixture.open(storage.view(), copyOfKey("t"), third, VaultAccess.TAKE_OVER, "");
        Fixture.assertCode(VaultError.REPLACED, () -> Fixture.open(beta, folder, recovered(), VaultAccess.ATTACH, ""));
        over.close();
    }
}
