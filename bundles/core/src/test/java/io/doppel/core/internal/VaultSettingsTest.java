package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.recovery.RecoveryReport;
import io.doppel.api.recovery.RecoveryRequest;
import io.doppel.api.recovery.RecoverySource;
import io.doppel.api.recovery.RecoveryStatus;
import io.doppel.api.vault.VaultProgress;
import io.doppel.api.vault.VaultRequest;
import io.doppel.api.vault.VaultView;
import io.doppel.core.JobError;
import io.doppel.core.internal.job.CancelSource;
import io.doppel.core.internal.recovery.ConfigurationFiles;
import io.doppel.hypervisor.folder.internal.FolderHypervisor;
import io.doppel.spi.storage.StorageError;
import io.doppel.storage.local.internal.LocalStorageType;
import io.doppel.vault.VaultError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Settings of a vault are changed only if it opens with them, and is the same. */
@Timeout(180)
class VaultSettingsTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    /** Without recovery copies in between, so that nobody but a test puts anything. */
    private static final DoppelCore.Site CALM = new DoppelCore.Site(
            Clock.systemUTC(), Duration.ofMinutes(1), new ConfigurationFiles(Optional.empty()), () -> {});

    private static final DoppelCore.Site QUICK =
            new DoppelCore.Site(Clock.systemUTC(), Duration.ZERO, new ConfigurationFiles(Optional.empty()), () -> {});

    @TempDir
    Path folder;

    private NasStorage nas;
    private Path servers;
    private Path image;
    private Server server;

    @BeforeEach
    void start() throws Exception {
        servers = Files.createDirectory(folder.resolve("servers"));
        nas = new NasStorage(servers);
        image = Files.createDirectories(folder.resolve("machines/m")).resolve("disk.img");
        change(1);
        server = server("state", CALM);
        addVault("v", "h1", VaultRequest.Access.CREATE);
        server.core
                .inventory()
                .addHost(
                        "f", "folder", Map.of("path", folder.resolve("machines").toString()));
        backup();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Server server(String state, DoppelCore.Site site) throws Exception {
        Server started = new Server(folder.resolve(state), new FolderHypervisor(), new LocalStorageType(), site);
        started.plugins.storages().add(nas);
        return started;
    }

    private void restart() throws Exception {
        server.close();
        server = server("state", CALM);
    }

    private void addVault(String name, String at, VaultRequest.Access access) throws Exception {
        server.core
                .vaults()
                .addVault(new VaultRequest(
                        name,
                        "nas",
                        Map.of("server", at, "password", nas.passwords.get(at)),
                        access,
                        "zstd",
                        new char[0]));
    }

    private void change(int seed) throws Exception {
        byte[] content = new byte[1 << 20];
        new Random(seed).nextBytes(content);
        Files.write(image, content);
    }

    private String backup() throws Exception {
        return server.succeed("version", "backup", List.of("f/m"), Map.of("vault", "v", "validate", "false"));
    }

    private VaultView set(String... pairs) throws Exception {
        return set(VaultProgress.NONE, CancelToken.NEVER, pairs);
    }

    private VaultView set(VaultProgress progress, CancelToken cancel, String... pairs) throws Exception {
        Map<String, String> changes = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            changes.put(pairs[i], pairs[i + 1]);
        }
        return server.core.vaults().changeVault("v", changes, progress, cancel);
    }

    private static void refused(ErrorCode code, Executable call) {
        DoppelException e = assertThrows(DoppelException.class, call);
        assertEquals(code.id(), e.code().id(), e.getMessage());
    }

    private VaultView view() {
        return server.core.vaults().vaults().get(0);
    }

    private String last() {
        return nas.openings.get(nas.openings.size() - 1);
    }

    private boolean kept(int opening) throws Exception {
        try {
            return server.core.secrets().get(nas.secrets.get(opening)).length > 0;
        } catch (DoppelException e) {
            return false;
        }
    }

    /** The vault is used with the settings of before, here and after a restart. */
    private void assertUnchanged() throws Exception {
        assertEquals(Map.of("server", "h1", "password", "(set)"), view().settings());
        change(90);
        backup();
        assertTrue(kept(0));
        restart();
        change(91);
        backup();
        assertEquals("h1 secret 1", last());
    }

    @Test
    void anotherPasswordIsUsedFromThenOnAndTheOldOneForgotten() throws Exception {
        nas.passwords.put("h1", "new");
        assertEquals("(set)", set("password", "new", "note", "n").settings().get("password"));
        assertEquals("h1 new", last());
        assertFalse(kept(0));
        assertEquals("n", view().settings().get("note"));
        change(2);
        backup();
        restart();
        change(3);
        backup();
        assertEquals("h1 new", last());
        set("note", "");
        assertFalse(view().settings().containsKey("note"));
        assertTrue(kept(nas.secrets.size() - 1));
    }

    @Test
    void settingsThatDoNotWorkAreNotKept() throws Exception {
        refused(StorageError.DENIED, () -> set("password", "wrong"));
        refused(CommonError.UNKNOWN_SETTING, () -> set("colour", "red"));
        refused(CommonError.MISSING_SETTING, () -> set("server", ""));
        assertFalse(kept(nas.secrets.size() - 1), "of the change that failed");
        assertUnchanged();
    }

    @Test
    void anotherAddressGetsNoPasswordOfTheOldOne() throws Exception {
        Trees.copy(servers.resolve("h1"), servers.resolve("h2"));
        int before = nas.openings.size();
        refused(CommonError.MISSING_SETTING, () -> set("server", "h2"));
        assertEquals(before, nas.openings.size());
        Map<String, Long> old = Trees.content(servers.resolve("h1/data"));
        set("server", "h2", "password", "secret 2");
        assertEquals("h2 secret 2", last());
        change(2);
        backup();
        restart();
        change(3);
        String version = backup();
        assertEquals("h2 secret 2", last());
        assertEquals(old, Trees.content(servers.resolve("h1/data")));
        server.succeed("machine", "restore", List.of(), Map.of("version", version, "name", "again"));
    }

    @Test
    void anotherVaultOrNoneIsRefusedAndNothingIsWrittenThere() throws Exception {
        addVault("w", "h2", VaultRequest.Access.CREATE);
        server.core.vaults().removeVault("w");
        Map<String, Long> before = Trees.content(servers.resolve("h2"));
        refused(JobError.OTHER_VAULT, () -> set("server", "h2", "password", "secret 2"));
        assertEquals(before, Trees.content(servers.resolve("h2")));
        Trees.delete(servers.resolve("h2"));
        refused(StorageError.UNREACHABLE, () -> set("server", "h2", "password", "secret 2"));
        assertFalse(Files.exists(servers.resolve("h2")));
        Files.createDirectory(servers.resolve("h2"));
        refused(VaultError.NO_VAULT, () -> set("server", "h2", "password", "secret 2"));
        assertEquals(Map.of("", -1L), Trees.content(servers.resolve("h2")));
        assertUnchanged();
    }

    @Test
    void anOlderStateOfTheVaultIsRefused() throws Exception {
        Trees.copy(servers.resolve("h1"), servers.resolve("h2"));
        change(2);
        backup();
        refused(VaultError.ROLLED_BACK, () -> set("server", "h2", "password", "secret 2"));
        assertFalse(kept(nas.secrets.size() - 1), "of the change that failed");
        assertUnchanged();
    }

    @Test
    void aVaultThatARunUsesIsNotChanged() throws Exception {
        CountDownLatch used = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        nas.hook = (operation, at) -> {
            if (operation.equals("put")) {
                used.countDown();
                goOn.await();
            }
        };
        change(2);
        JobRun run = server.core
                .jobs()
                .submit(new JobDefinition("", "backup", List.of("f/m"), Map.of("vault", "v", "validate", "false")));
        try {
            assertTrue(used.await(LIMIT.toSeconds(), TimeUnit.SECONDS));
            refused(JobError.IN_USE, () -> set("note", "n"));
        } finally {
            nas.hook = (operation, at) -> {};
            goOn.countDown();
        }
        assertEquals(JobState.SUCCEEDED, server.core.jobs().await(run.id()).state());
        assertUnchanged();
    }

    @Test
    void aVaultForReadingOnlyKeepsWhatItHas() throws Exception {
        Server other = server("other", CALM);
        try {
            Map<String, String> settings = Map.of("server", "h1", "password", "secret 1");
            other.core
                    .vaults()
                    .addVault(new VaultRequest(
                            "v",
                            "nas",
                            settings,
                            VaultRequest.Access.READ_ONLY,
                            "zstd",
                            server.core.vaults().exportRecoveryKey("v")));
            refused(
                    JobError.VAULT_READ_ONLY,
                    () -> other.core
                            .vaults()
                            .changeVault("v", Map.of("note", "n"), VaultProgress.NONE, CancelToken.NEVER));
            assertEquals(1, other.core.vaults().rebuildCatalogue("v"), "it is still open");
        } finally {
            other.close();
        }
    }

    @Test
    void whoCancelsWhileTheTargetHangsIsNotHeldUpAndNothingChanges() throws Exception {
        Trees.copy(servers.resolve("h1"), servers.resolve("h2"));
        CountDownLatch answers = new CountDownLatch(1);
        CountDownLatch came = new CountDownLatch(1);
        try (CancelSource cancel = new CancelSource()) {
            nas.hook = (operation, at) -> {
                if (at.equals("h2")) {
                    cancel.cancel(new DoppelException(CommonError.CANCELLED, "the test cancels"));
                    answers.await();
                    came.countDown();
                }
            };
            refused(
                    CommonError.CANCELLED,
                    () -> set(VaultProgress.NONE, cancel, "server", "h2", "password", "secret 2"));
            answers.countDown();
            assertTrue(came.await(LIMIT.toSeconds(), TimeUnit.SECONDS));
        }
        nas.hook = (operation, at) -> {};
        int hung = nas.secrets.size() - 1;
        Eventually.holds(() -> !kept(hung));
        assertUnchanged();
    }

    @Test
    void whoCancelsWhileTheVaultIsOpenedAnewGetsTheOldSettingsBack() throws Exception {
        Trees.copy(servers.resolve("h1"), servers.resolve("h2"));
        try (CancelSource cancel = new CancelSource()) {
            VaultProgress watcher = (step, done, total) -> {
                if (step.startsWith("Opening")) {
                    cancel.cancel(new DoppelException(CommonError.CANCELLED, "the test cancels"));
                }
            };
            refused(CommonError.CANCELLED, () -> set(watcher, cancel, "server", "h2", "password", "secret 2"));
        }
        assertEquals("h2 secret 2", last(), "it was open there");
        assertUnchanged();
    }

    @Test
    void aRecoveredServerHasTheNewSettings() throws Exception {
        server.close();
        nas.passwords.put("h1", "new");
        server = server("state", QUICK);
        server.addVault("home", folder.resolve("home"), VaultRequest.Access.CREATE);
        // what failed with the old password is tried again at once with the new one
        refused(StorageError.DENIED, () -> server.core.recovery().copyNow("v"));
        set("password", "new");
        Eventually.holds(() -> server.core.recovery().status().stream().noneMatch(RecoveryStatus::pending));
        server.close();
        Trees.delete(folder.resolve("state"));
        server = server("fresh", QUICK);
        server.core.recovery().setWait(Duration.ofMillis(200));
        RecoveryReport report = server.core
                .recovery()
                .recover(
                        new RecoveryRequest(
                                new RecoverySource(
                                        "local",
                                        Map.of("path", folder.resolve("home").toString()),
                                        Server.PASSPHRASE.toCharArray()),
                                Optional.empty(),
                                false,
                                false),
                        (step, done, total) -> {},
                        CancelToken.NEVER);
        assertTrue(
                report.vaults().stream().allMatch(RecoveryReport.VaultOutcome::reached),
                report.vaults().toString());
        server.close();
        server = server("fresh", QUICK);
        change(2);
        backup();
        assertEquals("h1 new", last());
    }
}
