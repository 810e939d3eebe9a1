package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobKind;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.job.JobTask;
import io.doppel.api.job.LogLine;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.settings.Settings;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.space.SpaceView;
import io.doppel.api.vault.VaultRequest;
import io.doppel.api.vault.VersionView;
import io.doppel.catalog.CatalogError;
import io.doppel.core.SpaceError;
import io.doppel.core.internal.job.CoreHandler;
import io.doppel.hypervisor.folder.internal.FolderHypervisor;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.spi.storage.StorageSpace;
import io.doppel.spi.storage.StorageType;
import io.doppel.storage.local.internal.LocalStorageType;
import io.doppel.tck.ForwardingStorage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What happens when space runs out: on real small disks, and on a target that tells what a test says. */
@Timeout(600)
class SpaceTest {
    private static final int IMAGE = 4 << 20;

    @TempDir
    Path folder;

    private Path machines;
    private Server server;
    private SmallDisk disk;

    /** What the target tells of its space; null for what is true. */
    private volatile Supplier<Optional<StorageSpace>> told;

    private volatile boolean fails;

    @BeforeEach
    void makeMachines() throws Exception {
        machines = Files.createDirectory(folder.resolve("machines"));
        for (String name : List.of("a", "b", "c")) {
            Files.createDirectory(machines.resolve(name));
            change(name);
        }
    }

    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            server.close();
        }
        if (disk != null) {
            disk.close();
        }
    }

    private void change(String machine) throws Exception {
        byte[] bytes = new byte[IMAGE];
        new Random().nextBytes(bytes);
        Files.write(machines.resolve(machine).resolve("disk.img"), bytes);
    }

    private void start(Path state, Path vault) throws Exception {
        server = new Server(state, new FolderHypervisor(), new Scripted(new LocalStorageType()));
        if (server.core.vaults().vaults().isEmpty()) {
            server.addVault("v", vault, VaultRequest.Access.CREATE);
            server.core.inventory().addHost("h", "folder", Map.of("path", machines.toString()));
        }
    }

    /** Local folders that tell of their space what the test says. */
    private final class Scripted implements StorageType {
        private final StorageType real;

        Scripted(StorageType real) {
            this.real = real;
        }

        @Override
        public String name() {
            return real.name();
        }

        @Override
        public String title() {
            return real.title();
        }

        @Override
        public SettingsSpec settings() {
            return real.settings();
        }

        @Override
        public Storage open(Settings settings, SecretStore secrets) throws DoppelException {
            return new ForwardingStorage(real.open(settings, secrets)) {
                @Override
                public Optional<StorageSpace> space() throws DoppelException {
                    if (fails) {
                        throw new DoppelException(StorageError.IO, "It does not say");
                    }
                    return told == null ? super.space() : told.get();
                }
            };
        }
    }

    private JobRun backup(String machine) throws Exception {
        return server.run("backup", List.of("h/" + machine), Map.of("vault", "v", "validate", "false"));
    }

    private JobRun good(JobRun run) throws Exception {
        assertEquals(JobState.SUCCEEDED, run.state(), () -> run.outcome());
        return run;
    }

    private void refused(SpaceError code, String machine) {
        DoppelException e = assertThrows(DoppelException.class, () -> backup(machine));
        assertTrue(e.is(code), e.getMessage());
    }

    private SpaceView view(String place) throws DoppelException {
        return server.core.space().status().stream()
                .filter(v -> v.place().equals(place))
                .findFirst()
                .orElseThrow();
    }

    private List<VersionView> versions() {
        return server.core.vaults().versions(Optional.of("v"), Optional.empty());
    }

    /** Each file with its size. */
    private static Map<String, Long> files(Path top) throws Exception {
        Map<String, Long> found = new TreeMap<>();
        try (Stream<Path> all = Files.walk(top)) {
            for (Path p : all.filter(Files::isRegularFile).toList()) {
                found.put(top.relativize(p).toString(), Files.size(p));
            }
        }
        return found;
    }

    @Test
    void aStoreThatRunsFullTakesNoNewBackupsAndGivesBackAllThatIsThere() throws Exception {
        disk = new SmallDisk(folder, 64);
        Path store = disk.folder().resolve("store");
        start(folder.resolve("state"), store);
        byte[] first = Files.readAllBytes(machines.resolve("a/disk.img"));
        good(backup("a"));
        assertEquals(SpaceView.State.OK, view("vault/v").state());
        assertEquals(
                (64L << 20) / 100 * 5 + (64L << 20) % 100 * 5 / 100,
                view("vault/v").warnBelow());

        disk.fill(2 << 20);
        JobRun warned = backup("b");
        // what is stored of b does not fit beside the file: the target says so itself, and that is coded
        assertTrue(server.logOf(warned).contains("Vault 'v' has"), server.logOf(warned));
        assertEquals(SpaceView.State.WARNING, view("vault/v").state());

        disk.fill(1 << 20);
        Map<String, Long> before = files(store);
        List<JobRun> runs = server.core.jobs().runs(100);
        refused(SpaceError.STORE, "c");
        assertEquals(before, files(store), "something was written");
        assertEquals(runs, server.core.jobs().runs(100));
        SpaceView low = view("vault/v");
        assertEquals(SpaceView.State.REFUSING, low.state());
        assertTrue(low.message().startsWith("DPL-SPC-0001"), low.message());

        String version = versions().stream()
                .filter(v -> v.machineName().equals("a"))
                .findFirst()
                .orElseThrow()
                .id();
        good(server.run("restore", List.of(), Map.of("version", version, "name", "copy")));
        assertArrayEquals(first, Files.readAllBytes(machines.resolve("copy/disk.img")));
        good(server.run("validate", List.of(), Map.of("vault", "v")));
        good(server.run("purge", List.of(), Map.of("vault", "v")));

        disk.empty();
        good(backup("c"));
    }

    /** A kind that is added must not pass by the guard because nobody thought of it. */
    @Test
    void everyKindSaysWhichVaultItFills() throws Exception {
        start(folder.resolve("state"), folder.resolve("store"));
        Map<String, Map<String, String>> filling =
                Map.of("backup", Map.of("vault", "to"), "vault", Map.of("vault", "from", "offsite", "to"));
        Set<String> others = Set.of("restore", "export", "replicate", "boot-test", "validate", "purge");
        for (JobKind kind : server.core.jobs().kinds()) {
            CoreHandler handler =
                    (CoreHandler) server.plugins.handlers().get(kind.name()).service();
            if (filling.containsKey(kind.name())) {
                Settings options = handler.options().parse(filling.get(kind.name()));
                assertEquals(List.of("to"), handler.fills(options), kind.name());
            } else {
                assertTrue(others.contains(kind.name()), "does it add data to a vault? " + kind.name());
            }
        }
    }

    @Test
    void aRunDoesNotBeginItsNextMachineWhenSpaceRunsOut() throws Exception {
        start(folder.resolve("state"), folder.resolve("store"));
        long total = 1000L << 30;
        told = () -> Optional.of(new StorageSpace(total, versions().isEmpty() ? total / 2 : 1L << 30));
        JobRun run = backup("*");
        assertEquals(JobState.FAILED, run.state());
        assertEquals(SpaceError.STORE.id(), run.errorCode());
        assertEquals(1, versions().size());
        List<JobTask> tasks = server.core.jobs().tasks(run.id()).stream()
                .filter(t -> t.parentId().isEmpty())
                .toList();
        assertEquals(
                List.of(JobState.SUCCEEDED, JobState.FAILED, JobState.FAILED),
                tasks.stream().map(JobTask::state).toList());
        told = () -> Optional.of(new StorageSpace(total, total / 2));
        JobRun rest = server.core
                .jobs()
                .await(server.core.jobs().retryFailed(run.id()).id());
        good(rest);
        assertEquals(3, versions().size());
    }

    @Test
    void whatIsLowStaysLowUntilThereIsATenthMore() throws Exception {
        start(folder.resolve("state"), folder.resolve("store"));
        long total = 100L << 30;
        long limit = 2L << 30;
        told = () -> Optional.of(new StorageSpace(total, limit));
        assertEquals(JobState.WARNING, backup("a").state());
        told = () -> Optional.of(new StorageSpace(total, limit - 1));
        refused(SpaceError.STORE, "b");
        told = () -> Optional.of(new StorageSpace(total, limit + limit / 20));
        refused(SpaceError.STORE, "b");
        told = () -> Optional.of(new StorageSpace(total, limit + limit / 10));
        assertEquals(JobState.WARNING, backup("b").state());
        told = () -> Optional.of(new StorageSpace(total, total / 20));
        assertEquals(JobState.WARNING, backup("c").state());
        told = () -> Optional.of(new StorageSpace(total, total / 20 + total / 200));
        change("c");
        good(backup("c"));
    }

    @Test
    void limitsCanBeSetAndAreKept() throws Exception {
        start(folder.resolve("state"), folder.resolve("store"));
        told = () -> Optional.of(new StorageSpace(100L << 30, 1L << 30));
        refusedAfterOpening();
        Map<String, String> now = server.core.space().set("vault/v", Map.of("refuse-most", "512M"));
        assertEquals("512M", now.get("refuse-most"));
        assertEquals("2", now.get("refuse-percent"));
        assertEquals(JobState.WARNING, backup("a").state());
        server.close();
        start(folder.resolve("state"), folder.resolve("store"));
        assertEquals(512L << 20, view("vault/v").refuseBelow());
        server.core.space().set("vault/v", Map.of("warn-percent", "0", "refuse-percent", "0"));
        good(backup("b"));
        for (Map<String, String> bad : List.of(
                Map.of("warn-percent", "101"),
                Map.of("warn-percent", "5", "refuse-percent", "6"),
                Map.of("warn-percent", "5", "refuse-percent", "5", "warn-most", "1G", "refuse-most", "2G"))) {
            DoppelException e = assertThrows(
                    DoppelException.class, () -> server.core.space().set("vault/v", bad), bad.toString());
            assertTrue(e.is(CommonError.BAD_SETTING), e.getMessage());
        }
        assertEquals(0, view("vault/v").refuseBelow());
        for (String unknown : List.of("vault/other", "disk", "vault/")) {
            DoppelException e = assertThrows(
                    DoppelException.class, () -> server.core.space().set(unknown, Map.of("warn-percent", "1")));
            assertTrue(e.is(CommonError.NOT_FOUND), e.getMessage());
        }
    }

    private void refusedAfterOpening() {
        refused(SpaceError.STORE, "a");
    }

    @Test
    void aTargetThatDoesNotTellItsSpaceIsSaid() throws Exception {
        start(folder.resolve("state"), folder.resolve("store"));
        told = Optional::empty;
        JobRun run = good(backup("*"));
        assertEquals(
                1,
                server.core.jobs().log(run.id()).stream()
                        .filter(line -> line.level() == LogLine.Level.INFO
                                && line.text().contains("does not tell how much space is free"))
                        .count());
        SpaceView view = view("vault/v");
        assertEquals(SpaceView.State.UNTOLD, view.state());
        assertEquals(-1, view.freeBytes());
        assertTrue(view.growthPerDay() > 0);
    }

    @Test
    void aTargetThatFailsToTellItsSpaceIsWarnedOf() throws Exception {
        start(folder.resolve("state"), folder.resolve("store"));
        fails = true;
        JobRun run = backup("a");
        assertEquals(JobState.WARNING, run.state());
        assertTrue(server.logOf(run).contains("DPL-STO-0007"), server.logOf(run));
        assertEquals(SpaceView.State.UNKNOWN, view("vault/v").state());
        assertTrue(view("vault/v").message().startsWith("DPL-STO-0007"));
    }

    @Test
    void aTargetThatHangsWhenItIsAskedKeepsNoRunFromBeingCancelled() throws Exception {
        start(folder.resolve("state"), folder.resolve("store"));
        CountDownLatch asked = new CountDownLatch(3);
        CountDownLatch letGo = new CountDownLatch(1);
        told = () -> {
            asked.countDown();
            try {
                letGo.await(600, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Optional.empty();
        };
        JobRun run = server.core
                .jobs()
                .submit(new JobDefinition("", "backup", List.of("h/a"), Map.of("vault", "v", "validate", "false")));
        // when it was submitted, when it began, and right before the machine: only that waits
        assertTrue(asked.await(300, TimeUnit.SECONDS));
        server.core.jobs().cancel(run.id());
        assertEquals(JobState.CANCELLED, server.core.jobs().await(run.id()).state());
        assertEquals(1, letGo.getCount());
        assertEquals(List.of(), versions());
        letGo.countDown();
    }

    @Test
    void aFullDiskOfTheServerRefusesAndLosesNothing() throws Exception {
        disk = new SmallDisk(folder, 128);
        start(disk.folder().resolve("state"), folder.resolve("store"));
        server.core.space().set("catalogue", Map.of("refuse-percent", "10", "warn-percent", "20"));
        server.core.space().set("cache", Map.of("refuse-percent", "5", "warn-percent", "20"));
        good(backup("a"));
        disk.fill(10 << 20);
        refused(SpaceError.CATALOGUE, "b");
        server.core.space().set("catalogue", Map.of("refuse-percent", "0"));
        disk.fill(6 << 20);
        refused(SpaceError.CACHE, "b");
        server.core.space().set("catalogue", Map.of("refuse-percent", "10"));
        List<JobRun> runs = server.core.jobs().runs(100);
        String version = versions().get(0).id();
        good(server.run("restore", List.of(), Map.of("version", version, "name", "copy")));
        server.close();
        start(disk.folder().resolve("state"), folder.resolve("store"));
        assertEquals(runs, server.core.jobs().runs(100).subList(1, runs.size() + 1));
        assertEquals(1, versions().size());
        refused(SpaceError.CATALOGUE, "b");
        disk.empty();
        good(backup("b"));
    }

    @Test
    void withoutTheGuardAFullCatalogueIsCodedAndComesBackWhole() throws Exception {
        disk = new SmallDisk(folder, 128);
        start(disk.folder().resolve("state"), folder.resolve("store"));
        for (String place : List.of("catalogue", "cache")) {
            server.core.space().set(place, Map.of("refuse-percent", "0", "warn-percent", "0"));
        }
        good(backup("a"));
        List<JobRun> before = server.core.jobs().runs(1000);
        disk.fillUp();
        Optional<String> code = Optional.empty();
        for (int i = 0; i < 300 && code.isEmpty(); i++) {
            code = codeOfCatalogue();
        }
        assertTrue(code.isPresent(), "the catalogue takes everything on a full disk");
        disk.empty();
        // the same server goes on, after the pool has noticed
        awaitCatalogue();
        good(backup("c"));
        assertTrue(server.core.jobs().runs(1000).containsAll(before));
        server.close();
        start(disk.folder().resolve("state"), folder.resolve("store"));
        assertTrue(server.core.jobs().runs(1000).containsAll(before));
        assertEquals(
                List.of("c", "a"),
                versions().stream().map(VersionView::machineName).toList());
        good(server.run("validate", List.of(), Map.of("vault", "v")));
    }

    /** The code of the catalogue with which a backup ends; empty if the catalogue took all of it. */
    private Optional<String> codeOfCatalogue() throws Exception {
        String code;
        try {
            code = backup("b").errorCode();
        } catch (DoppelException e) {
            code = e.code().id();
        }
        return Optional.of(code).filter(c -> c.startsWith("DPL-CAT-"));
    }

    private void awaitCatalogue() throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(300);
        while (true) {
            try {
                server.core.space().set("cache", Map.of("refuse-percent", "0"));
                return;
            } catch (DoppelException e) {
                assertTrue(e.code() instanceof CatalogError, e.getMessage());
                assertTrue(System.nanoTime() < end, e.getMessage());
                Thread.sleep(50);
            }
        }
    }
}
