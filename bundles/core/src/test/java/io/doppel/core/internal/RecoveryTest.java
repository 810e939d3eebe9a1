package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import io.doppel.api.job.JobTask;
import io.doppel.api.job.LogLine;
import io.doppel.api.recovery.RecoveryCopy;
import io.doppel.api.recovery.RecoveryReport;
import io.doppel.api.recovery.RecoveryRequest;
import io.doppel.api.recovery.RecoverySource;
import io.doppel.api.recovery.RecoveryStatus;
import io.doppel.api.retention.RetentionScope;
import io.doppel.api.secret.SecretRef;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.settings.Settings;
import io.doppel.api.vault.VaultRequest;
import io.doppel.api.vault.VersionView;
import io.doppel.core.RecoveryError;
import io.doppel.core.internal.job.CancelSource;
import io.doppel.core.internal.recovery.ConfigurationFiles;
import io.doppel.hypervisor.folder.internal.FolderHypervisor;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.spi.storage.StorageType;
import io.doppel.storage.local.internal.LocalStorageType;
import io.doppel.vault.VaultError;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that is lost and made again from its vaults. */
class RecoveryTest {
    private static final int IMAGE = 12 << 20;
    private static final long EDIT = 8 << 20;
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration SHORT = Duration.ofMillis(200);
    /** Noon at the start, so that no test goes over the end of a day, when all of a copy is stored anew. */
    private static final Clock CLOCK = Clock.offset(
            Clock.systemUTC(),
            Duration.between(
                    Instant.now(), Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(12))));

    private static final DoppelCore.Site QUICK =
            new DoppelCore.Site(CLOCK, Duration.ZERO, new ConfigurationFiles(Optional.empty()), () -> {});
    private static final JobDefinition NIGHTLY =
            new JobDefinition("nightly", "backup", List.of("t/*"), Map.of("vault", "v"));

    @TempDir
    Path folder;

    private Path machines;
    private Path image;
    private Server server;
    private TrackingHypervisor hypervisor;

    @BeforeEach
    void aServerInMidLife() throws Exception {
        machines = Files.createDirectory(folder.resolve("machines"));
        image = Files.createDirectory(machines.resolve("m")).resolve("disk.img");
        byte[] content = new byte[IMAGE];
        new Random(9).nextBytes(content);
        Files.write(image, content);
        server = start("state", QUICK);
        server.addVault("v", folder.resolve("v"), VaultRequest.Access.CREATE);
        server.core.inventory().addHost("t", "tracking", Map.of("path", machines.toString()));
        server.core.jobs().define(NIGHTLY);
        server.core.retention().setPolicy(RetentionScope.ofVault("v"), Map.of("keep-last", "3"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Server start(String state, DoppelCore.Site site) throws Exception {
        return start(state, new LocalStorageType(), site);
    }

    private Server start(String state, StorageType storage, DoppelCore.Site site) throws Exception {
        Server started = new Server(folder.resolve(state), new FolderHypervisor(), storage, site);
        hypervisor = new TrackingHypervisor(started.hypervisor);
        started.plugins.hypervisors().add(hypervisor);
        started.core.recovery().setWait(SHORT);
        return started;
    }

    private JobRun backup(String vault) throws Exception {
        JobRun run = server.run("backup", List.of("t/m"), Map.of("vault", vault, "validate", "false"));
        assertEquals(JobState.SUCCEEDED, run.state(), run.outcome());
        return run;
    }

    private static String versionOf(Server at, JobRun run) throws Exception {
        return at.core.jobs().tasks(run.id()).get(0).results().get("version");
    }

    private RecoveryStatus status(String vault) throws DoppelException {
        return server.core.recovery().status().stream()
                .filter(s -> s.vault().equals(vault))
                .findFirst()
                .orElseThrow();
    }

    private List<RecoveryStatus> statuses() {
        try {
            return server.core.recovery().status();
        } catch (DoppelException e) {
            throw new AssertionError(e);
        }
    }

    /** Until all that changed is in the copies: nobody asks for one here. */
    private void awaitCopies() throws Exception {
        Instant end = Instant.now().plus(LIMIT);
        while (server.core.recovery().status().stream().anyMatch(RecoveryStatus::pending)) {
            assertTrue(Instant.now().isBefore(end), () -> String.valueOf(statuses()));
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    /** The server ends, and its folder is gone. */
    private void lose() throws Exception {
        server.close();
        deleteAll(folder.resolve("state"));
    }

    private static void deleteAll(Path top) throws IOException {
        try (Stream<Path> all = Files.walk(top)) {
            for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(p);
            }
        }
    }

    private RecoverySource source(String vault) {
        return new RecoverySource(
                "local", Map.of("path", folder.resolve(vault).toString()), Server.PASSPHRASE.toCharArray());
    }

    private RecoveryRequest from(String vault) {
        return new RecoveryRequest(source(vault), Optional.empty(), false, false);
    }

    private RecoveryReport recover(RecoveryRequest request) throws DoppelException {
        return server.core.recovery().recover(request, (step, done, total) -> {}, CancelToken.NEVER);
    }

    private void restart(String state) throws Exception {
        server.close();
        server = start(state, QUICK);
    }

    private void assertCode(ErrorCode code, RecoveryRequest request) {
        DoppelException e = assertThrows(DoppelException.class, () -> recover(request));
        assertEquals(code.id(), e.code().id(), e.getMessage());
    }

    /** All that people see of a server, but for the state of connections. */
    private record Seen(
            List<Object> hosts,
            List<Object> vaults,
            List<JobDefinition> jobs,
            List<VersionView> versions,
            List<JobRun> runs,
            List<JobTask> tasks,
            List<LogLine> log,
            List<Object> retention) {
        static Seen of(Server at) throws Exception {
            DoppelCore core = at.core;
            List<JobTask> tasks = new ArrayList<>();
            List<LogLine> log = new ArrayList<>();
            List<JobRun> runs = core.jobs().runs(1000);
            for (JobRun run : runs) {
                tasks.addAll(core.jobs().tasks(run.id()));
                log.addAll(core.jobs().log(run.id()));
            }
            return new Seen(
                    core.inventory().hosts().stream()
                            .<Object>map(h -> List.of(h.name(), h.type(), h.settings()))
                            .toList(),
                    core.vaults().vaults().stream()
                            .<Object>map(v -> List.of(v.name(), v.id(), v.type(), v.settings()))
                            .toList(),
                    core.jobs().definitions(),
                    core.vaults().versions(Optional.empty(), Optional.empty()),
                    runs,
                    tasks,
                    log,
                    List.copyOf(core.retention().policies()));
        }
    }

    @Test
    void everythingIsBackAndTheNextBackupIsIncremental() throws Exception {
        server.addVault("second", folder.resolve("second"), VaultRequest.Access.CREATE);
        JobRun first = backup("v");
        backup("second");
        SecretRef secret = server.core.secrets().put("something's password", "ö secret".toCharArray());
        awaitCopies();
        Seen before = Seen.of(server);
        lose();

        server = start("new", QUICK);
        List<RecoveryCopy> copies = server.core.recovery().copies(source("v"));
        assertEquals("test", copies.get(0).server());
        assertEquals(
                Map.of("hosts", 1L, "vaults", 2L, "jobs", 1L, "versions", 2L, "runs", 2L, "secrets", 1L),
                copies.get(0).counts());
        RecoveryReport report = recover(from("v"));
        assertEquals(copies.get(0), report.copy());
        assertEquals(
                List.of(true, true),
                report.vaults().stream()
                        .map(RecoveryReport.VaultOutcome::reached)
                        .toList());
        restart("new");

        assertEquals(before, Seen.of(server));
        assertArrayEquals("ö secret".toCharArray(), server.core.secrets().get(secret));
        assertEquals(
                report.copy().installation(),
                Files.readString(folder.resolve("new/installation-id")).strip());
        try (RandomAccessFile f = new RandomAccessFile(image.toFile(), "rw")) {
            f.seek(EDIT);
            f.write("changed".getBytes());
        }
        hypervisor.changes = List.of(new ByteRange(EDIT, 4096));
        JobRun second = backup("v");
        assertTrue(
                second.progress().read() < 4 << 20, "read " + second.progress().read());
        assertEquals(
                versionOf(server, first),
                hypervisor.requests.get(0).bases().get(0).versionId());
        hypervisor.changes = List.of(new ByteRange(EDIT, 4096));
        JobRun other = backup("second");
        assertTrue(other.progress().read() < 4 << 20, "read " + other.progress().read());
        for (JobRun run : List.of(second, other)) {
            String name = "r" + run.id();
            server.succeed("", "restore", List.of(), Map.of("version", versionOf(server, run), "name", name));
            assertEquals(-1, Files.mismatch(image, machines.resolve(name + "/disk.img")));
        }
        server.succeed("", "validate", List.of(), Map.of());
        assertFalse(Files.exists(folder.resolve("new/recovering")));
        assertFalse(Files.exists(folder.resolve("new/recovered")));
    }

    /** The server and its first store burned; and the second one is somewhere else now. */
    @Test
    void theSecondVaultAloneIsEnough() throws Exception {
        server.addVault("second", folder.resolve("second"), VaultRequest.Access.CREATE);
        backup("v");
        JobRun kept = backup("second");
        String version = versionOf(server, kept);
        awaitCopies();
        lose();
        deleteAll(folder.resolve("v"));
        Files.move(folder.resolve("second"), folder.resolve("moved"));

        server = start("new", QUICK);
        RecoveryReport report = recover(from("moved"));
        assertEquals("second", report.vaults().get(0).vault());
        RecoveryReport.VaultOutcome lost = report.vaults().get(1);
        assertEquals("v", lost.vault());
        assertFalse(lost.reached());
        assertTrue(lost.message().contains("DPL-"), lost.message());
        restart("new");
        server.succeed("", "restore", List.of(), Map.of("version", version, "name", "r"));
        assertEquals(-1, Files.mismatch(image, machines.resolve("r/disk.img")));
        assertEquals(2, server.core.vaults().vaults().size());
        assertEquals(
                folder.resolve("moved").toString(),
                server.core.vaults().vaults().get(0).settings().get("path"));
        hypervisor.changes = List.of();
        assertTrue(backup("second").progress().read() < 4 << 20);
    }

    /** A person gave one of its vaults to another server, which lives: that is none of the lost one's business. */
    @Test
    void aVaultThatAnotherInstallationTookOverIsLeftToIt() throws Exception {
        server.addVault("second", folder.resolve("second"), VaultRequest.Access.CREATE);
        awaitCopies();
        lose();
        try (Server heir = start("heir", QUICK)) {
            heir.addVault("mine", folder.resolve("second"), VaultRequest.Access.TAKE_OVER);
            server = start("new", QUICK);
            RecoveryReport report = recover(from("v"));
            RecoveryReport.VaultOutcome second = report.vaults().get(1);
            assertFalse(second.reached());
            assertTrue(second.message().contains("another installation"), second.message());
        }
    }

    @Test
    void eachChangeIsInTheNextCopyAndLittleIsStoredForIt() throws Exception {
        awaitCopies();
        RecoveryStatus before = status("v");
        server.core.jobs().define(new JobDefinition("another", "backup", List.of("t/m"), Map.of("vault", "v")));
        awaitCopies();
        RecoveryStatus after = status("v");
        assertFalse(before.copy().equals(after.copy()));
        assertTrue(after.storedBytes() < after.bytes() / 2, after::toString);
        backup("v");
        awaitCopies();
        RecoveryCopy newest = server.core.recovery().copies(source("v")).get(0);
        assertEquals(1, newest.counts().get("versions"));
        assertEquals(2, newest.counts().get("jobs"));
        assertEquals(
                List.of(""),
                server.core.recovery().status().stream()
                        .map(RecoveryStatus::problem)
                        .distinct()
                        .toList());
    }

    @Test
    void aCopyThatFailsDisturbsNoBackupAndIsShownUntilOneSucceeds() throws Exception {
        awaitCopies();
        server.close();
        AtomicBoolean broken = new AtomicBoolean(true);
        StorageType real = new LocalStorageType();
        StorageType failing = Interposed.over(
                StorageType.class,
                real,
                (method, arguments) -> method.equals("open")
                        ? Interposed.over(
                                Storage.class,
                                (Storage) real.getClass()
                                        .getMethod("open", Settings.class, SecretStore.class)
                                        .invoke(real, arguments),
                                (operation, with) -> {
                                    if (broken.get()
                                            && operation.equals("put")
                                            && ((String) with[0]).startsWith("recovery/")) {
                                        throw new DoppelException(StorageError.DENIED, "no copies here");
                                    }
                                    return null;
                                })
                        : null);
        server = start("state", failing, QUICK);
        backup("v");
        Instant end = Instant.now().plus(LIMIT);
        while (status("v").problem().isEmpty()) {
            assertTrue(Instant.now().isBefore(end), "no failure is shown");
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertTrue(status("v").problem().contains("no copies here"), status("v")::toString);
        assertTrue(status("v").pending());
        DoppelException e =
                assertThrows(DoppelException.class, () -> server.core.recovery().copyNow("v"));
        assertEquals(StorageError.DENIED.id(), e.code().id());
        broken.set(false);
        RecoveryStatus made = server.core.recovery().copyNow("v");
        assertEquals("", made.problem());
        assertTrue(made.copied().isPresent());
    }

    @Test
    void aCopyThatFailsWhileAStorageTypeAppearsIsTriedAgainAtOnce() throws Exception {
        awaitCopies();
        server.close();
        AtomicReference<Server> starting = new AtomicReference<>();
        CountDownLatch started = new CountDownLatch(1);
        AtomicBoolean failed = new AtomicBoolean();
        StorageType real = new LocalStorageType();
        StorageType other =
                Interposed.over(StorageType.class, real, (method, arguments) -> method.equals("name") ? "other" : null);
        StorageType late = Interposed.before(StorageType.class, real, "open", () -> {
            if (Thread.currentThread().getName().contains("recovery-copy") && !failed.get()) {
                assertTrue(started.await(LIMIT.toSeconds(), TimeUnit.SECONDS));
                starting.get().plugins.storages().add(other);
                failed.set(true);
            } else if (failed.get()) {
                return;
            }
            throw new DoppelException(CommonError.IO, "a part is missing");
        });
        server = start("state", late, QUICK);
        starting.set(server);
        started.countDown();
        awaitCopies();
        assertTrue(failed.get());
    }

    @Test
    void brokenCopiesArePassedOverAndNoneIsUsedInPart() throws Exception {
        awaitCopies();
        // on the next day everything is stored anew, so what is damaged then spoils no earlier copy
        server.close();
        server = start(
                "state",
                new DoppelCore.Site(
                        Clock.offset(CLOCK, Duration.ofDays(1)),
                        Duration.ZERO,
                        QUICK.configuration(),
                        QUICK.restart()));
        Set<Path> before = parts("v");
        server.core.jobs().define(new JobDefinition("late", "backup", List.of("t/m"), Map.of("vault", "v")));
        awaitCopies();
        lose();
        for (Path part : parts("v")) {
            if (!before.contains(part)) {
                try (RandomAccessFile f = new RandomAccessFile(part.toFile(), "rw")) {
                    f.seek(60);
                    int b = f.read();
                    f.seek(60);
                    f.write(b ^ 1);
                }
            }
        }
        server = start("new", QUICK);
        String newest = server.core.recovery().copies(source("v")).get(0).id();
        assertCode(RecoveryError.BAD_COPY, new RecoveryRequest(source("v"), Optional.of(newest), false, false));
        assertEquals(List.of(), server.core.inventory().hosts());
        RecoveryReport report = recover(from("v"));
        assertTrue(
                report.notes().get(0).contains(newest) && report.notes().get(0).contains("passed over"));
        restart("new");
        assertEquals(List.of(NIGHTLY), server.core.jobs().definitions());
        server.close();

        for (Path part : parts("v")) {
            Files.delete(part);
        }
        server = start("newer", QUICK);
        assertCode(RecoveryError.NO_COPY, from("v"));
    }

    private Set<Path> parts(String vault) throws IOException {
        try (Stream<Path> all = Files.walk(folder.resolve(vault).resolve("recovery/parts"))) {
            return Set.copyOf(all.filter(Files::isRegularFile).toList());
        }
    }

    @Test
    void whatIsWrongIsSaidAndChangesNothing() throws Exception {
        awaitCopies();
        assertCode(RecoveryError.NOT_EMPTY, from("v"));
        lose();
        server = start("new", QUICK);
        String id = Files.readString(folder.resolve("new/installation-id"));
        RecoverySource wrong = new RecoverySource("local", source("v").settings(), "not the passphrase".toCharArray());
        assertCode(VaultError.WRONG_KEY, new RecoveryRequest(wrong, Optional.empty(), false, false));
        assertCode(
                VaultError.NO_COPY, new RecoveryRequest(source("v"), Optional.of("00000009.00000001"), false, false));
        assertCode(VaultError.NO_VAULT, from("nowhere"));
        try (CancelSource cancel = new CancelSource()) {
            DoppelException e = assertThrows(
                    DoppelException.class,
                    () -> server.core
                            .recovery()
                            .recover(
                                    from("v"),
                                    (step, done, total) -> {
                                        if (step.startsWith("Taking over")) {
                                            cancel.cancel(new DoppelException(CommonError.CANCELLED, "stop"));
                                        }
                                    },
                                    cancel));
            assertEquals(CommonError.CANCELLED.id(), e.code().id());
        }
        restart("new");
        assertEquals(id, Files.readString(folder.resolve("new/installation-id")));
        assertEquals(List.of(), server.core.inventory().hosts());
        recover(from("v"));
        restart("new");
        assertEquals(1, server.core.inventory().hosts().size());
    }

    @Test
    void aLivingServerIsNotReplacedUnlessForcedAndKeepsItsHandsOffThen() throws Exception {
        backup("v");
        awaitCopies();
        Server living = server;
        server = start("new", QUICK);
        server.core.recovery().setWait(LIMIT);
        DoppelException e = assertThrows(
                DoppelException.class,
                () -> server.core
                        .recovery()
                        .recover(
                                from("v"),
                                (step, done, total) -> {
                                    if (step.startsWith("Waiting")) {
                                        // it does so every ten seconds; here it is its turn now
                                        living.core.leases().look();
                                    }
                                },
                                CancelToken.NEVER));
        assertEquals(VaultError.HOLDER_LIVES.id(), e.code().id(), e.getMessage());
        assertTrue(e.getMessage().contains("'test'"), e.getMessage());
        assertEquals(List.of(), server.core.inventory().hosts());

        recover(new RecoveryRequest(source("v"), Optional.empty(), false, true));
        restart("new");
        backup("v");
        TrackingHypervisor ofNew = hypervisor;
        // the old one, which still runs, and which would sweep what the new one has on the host
        JobRun late = living.run("backup", List.of("t/m"), Map.of("vault", "v"));
        assertEquals(VaultError.REPLACED.id(), late.errorCode(), late.outcome());
        living.close();
        // and once more after it was switched off and on, and after the new one has ended in peace
        server.close();
        Server again = start("state", QUICK);
        try (again) {
            JobRun later = again.run("backup", List.of("t/m"), Map.of("vault", "v"));
            assertEquals(VaultError.REPLACED.id(), later.errorCode(), later.outcome());
            assertEquals(List.of(), hypervisor.requests);
            assertEquals(0, hypervisor.sweeps.get(), "what it may take for leftovers are things of its successor");
        }
        server = start("new", QUICK);
        assertEquals(JobState.SUCCEEDED, backup("v").state());
        assertEquals(1, ofNew.requests.size());
        assertTrue(ofNew.sweeps.get() > 0);
    }

    /** Whatever moment of settling the state a crash comes at, the next start has all of it. */
    @Test
    void aCrashLeavesAFreshServerOrOneThatIsRecovered() throws Exception {
        backup("v");
        awaitCopies();
        Seen before = Seen.of(server);
        lose();
        server = start("new", QUICK);
        recover(from("v"));
        server.close();
        List<String> names;
        try (Stream<Path> all = Files.list(folder.resolve("new/recovered"))) {
            names = all.map(p -> p.getFileName().toString())
                    .filter(n -> !n.equals("put-aside"))
                    .sorted()
                    .toList();
        }
        assertTrue(names.containsAll(List.of("catalog", "installation-id", "secrets", "vaults")), names::toString);
        // moved in this order by hand, as a crash would leave it; the last has the old one deleted and the new one not
        // there yet
        for (int moved = 0; moved <= names.size(); moved += 2) {
            Path copy = folder.resolve("crash" + moved);
            copyAll(folder.resolve("new"), copy);
            for (String name : names.subList(0, moved)) {
                if (Files.exists(copy.resolve(name))) {
                    deleteAll(copy.resolve(name));
                }
                Files.move(copy.resolve("recovered").resolve(name), copy.resolve(name));
            }
            if (moved < names.size() && Files.exists(copy.resolve(names.get(moved)))) {
                deleteAll(copy.resolve(names.get(moved)));
            }
            server = start("crash" + moved, QUICK);
            assertEquals(before.jobs(), server.core.jobs().definitions());
            assertEquals(before.versions(), server.core.vaults().versions(Optional.empty(), Optional.empty()));
            assertFalse(Files.exists(copy.resolve("recovered")));
            server.close();
        }
        // one that was broken off before it was decided is as if it had never begun
        Path undecided = folder.resolve("undecided");
        server = start("undecided", QUICK);
        String id = Files.readString(undecided.resolve("installation-id"));
        server.close();
        copyAll(folder.resolve("new/recovered"), undecided.resolve("recovering"));
        server = start("undecided", QUICK);
        assertEquals(id, Files.readString(undecided.resolve("installation-id")));
        assertEquals(List.of(), server.core.jobs().definitions());
        assertFalse(Files.exists(undecided.resolve("recovering")));
    }

    private static void copyAll(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path file : all.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    @Test
    void whatWasHereBeforeIsPutAsideIfThatIsWanted() throws Exception {
        awaitCopies();
        lose();
        server = start("new", QUICK);
        server.core.jobs().define(new JobDefinition("own", "validate", List.of(), Map.of()));
        recover(new RecoveryRequest(source("v"), Optional.empty(), true, false));
        restart("new");
        assertEquals(List.of(NIGHTLY), server.core.jobs().definitions());
        try (Stream<Path> all = Files.list(folder.resolve("new"))) {
            Path aside = all.filter(p -> p.getFileName().toString().startsWith("replaced-"))
                    .findFirst()
                    .orElseThrow();
            assertTrue(Files.exists(aside.resolve("catalog")));
            assertTrue(Files.exists(aside.resolve("installation-id")));
        }
    }

    @Test
    void editedConfigurationComesBackButNotWhereTheStateIs() throws Exception {
        server.close();
        Path etc = Files.createDirectories(folder.resolve("etc/.shipped")).getParent();
        for (String name : List.of("io.doppel.core.cfg", "io.doppel.other.cfg")) {
            Files.writeString(etc.resolve(".shipped").resolve(name), "# shipped\n");
            Files.writeString(etc.resolve(name), "# shipped\n");
        }
        Files.writeString(etc.resolve("io.doppel.core.cfg"), "state-dir = /old/place\nmax-runs = 3\n");
        Files.writeString(etc.resolve("org.apache.other.cfg"), "secret\n");
        server = start("state", withConfiguration(etc));
        awaitCopies();
        lose();
        Path fresh = Files.createDirectories(folder.resolve("new etc"));
        Files.writeString(fresh.resolve("io.doppel.core.cfg"), "# mine\nstate-dir = /my/place\nmax-runs = 8\n");
        server = start("new", withConfiguration(fresh));
        RecoveryReport report = recover(from("v"));
        assertTrue(report.notes().get(0).contains("io.doppel.core.cfg"), report.notes()::toString);
        server.close();
        server = start("new", withConfiguration(fresh));
        assertEquals("state-dir = /my/place\nmax-runs = 3\n", Files.readString(fresh.resolve("io.doppel.core.cfg")));
        try (Stream<Path> all = Files.list(fresh)) {
            assertEquals(1, all.count());
        }
    }

    private static DoppelCore.Site withConfiguration(Path etc) {
        return new DoppelCore.Site(CLOCK, Duration.ZERO, new ConfigurationFiles(Optional.of(etc)), () -> {});
    }
}
