package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.job.JobTask;
import io.doppel.api.retention.RetentionScope;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.settings.Settings;
import io.doppel.api.vault.VaultRequest;
import io.doppel.api.vault.VersionView;
import io.doppel.hypervisor.folder.internal.FolderHypervisor;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageCapabilities;
import io.doppel.spi.storage.StorageError;
import io.doppel.spi.storage.StorageType;
import io.doppel.storage.local.internal.LocalStorageType;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultError;
import io.doppel.vault.VersionDisk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a purge does when something is in its way, and what it tells. */
@Timeout(120)
class PurgeTest {
    private static final int IMAGE = 8 << 20;
    private static final int MIB = 1 << 20;

    @TempDir
    Path folder;

    private Path target;
    private Server server;

    /** Bytes that the target takes. */
    private volatile long capacity = Long.MAX_VALUE;
    /** Whether a head is written without anybody being told so. */
    private volatile boolean headsGetLost;
    /** Told when a pack is about to be deleted, and what it waits for then. */
    private final CountDownLatch deleting = new CountDownLatch(1);

    private volatile CountDownLatch mayDelete = new CountDownLatch(0);
    /** How many heads were begun. */
    private final AtomicInteger heads = new AtomicInteger();
    /** Whether the target is one that does one thing after another. */
    private volatile boolean oneAtOnce;

    @BeforeEach
    void start() throws Exception {
        Path machines = Files.createDirectory(folder.resolve("machines"));
        for (String machine : List.of("db", "web")) {
            Files.createDirectory(machines.resolve(machine));
            change(machine, IMAGE);
        }
        target = folder.resolve("vault");
        StorageType local = new LocalStorageType();
        StorageType type = Interposed.over(
                StorageType.class,
                local,
                (method, arguments) -> method.equals("open")
                        ? obstructed(local.open((Settings) arguments[0], (SecretStore) arguments[1]))
                        : null);
        server = new Server(folder.resolve("state"), new FolderHypervisor(), type);
        server.addVault("v", target, VaultRequest.Access.CREATE);
        server.core.inventory().addHost("h", "folder", Map.of("path", machines.toString()));
    }

    @AfterEach
    void stop() {
        mayDelete.countDown();
        server.close();
    }

    private Storage obstructed(Storage real) {
        return Interposed.over(Storage.class, real, (method, arguments) -> {
            if (method.equals("capabilities") && oneAtOnce) {
                StorageCapabilities can = real.capabilities();
                return new StorageCapabilities(can.grants(), can.readOnly(), 1, can.preferredRead());
            }
            if (method.equals("put")) {
                heads.addAndGet(((String) arguments[0]).startsWith("heads/") ? 1 : 0);
                return limited((String) arguments[0], real.put((String) arguments[0]));
            }
            if (method.equals("delete")) {
                if (((String) arguments[0]).startsWith("data/")) {
                    deleting.countDown();
                    mayDelete.await();
                }
            }
            return null;
        });
    }

    private ObjectWriter limited(String name, ObjectWriter real) throws IOException {
        AtomicLong all = new AtomicLong(used());
        return Interposed.over(ObjectWriter.class, real, (method, arguments) -> {
            if (method.equals("write") && all.addAndGet((int) arguments[2]) > capacity) {
                throw new DoppelException(StorageError.FULL, "The target is full");
            }
            if (method.equals("commit") && headsGetLost && name.startsWith("heads/")) {
                real.commit();
                throw new DoppelException(StorageError.IO, "The connection was lost");
            }
            return null;
        });
    }

    private long used() throws IOException {
        return size(path -> true);
    }

    private static boolean isReserve(Path file) {
        return file.getParent().endsWith("reserve");
    }

    private long usedWithoutReserve() throws IOException {
        return size(file -> !isReserve(file));
    }

    private long size(Predicate<Path> which) throws IOException {
        try (Stream<Path> all = Files.walk(target)) {
            return all.filter(which).mapToLong(PurgeTest::size).sum();
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    private static long size(Path file) {
        return Files.isRegularFile(file) ? file.toFile().length() : 0;
    }

    private Path image(String machine) {
        return folder.resolve("machines").resolve(machine).resolve("disk.img");
    }

    private void change(String machine, int bytes) throws IOException {
        byte[] random = new byte[bytes];
        new Random().nextBytes(random);
        try (RandomAccessFile file = new RandomAccessFile(image(machine).toFile(), "rw")) {
            file.write(random);
        }
    }

    private String backup(String machine) throws Exception {
        return server.succeed("version", "backup", List.of("h/" + machine), Map.of("vault", "v"));
    }

    /** Three versions of web, of which retention keeps the last. */
    private List<String> threeVersions() throws Exception {
        String first = backup("web");
        change("web", IMAGE);
        String second = backup("web");
        change("web", IMAGE);
        List<String> all = List.of(first, second, backup("web"));
        server.core.retention().setPolicy(RetentionScope.ofVault("v"), Map.of("keep-last", "1"));
        return all;
    }

    private JobRun purge(String... more) throws Exception {
        return server.run(
                "purge", List.of(), more.length == 0 ? Map.of("vault", "v") : Map.of("vault", "v", more[0], more[1]));
    }

    private List<String> versions() {
        return server.core.vaults().versions(Optional.of("v"), Optional.empty()).stream()
                .map(VersionView::id)
                .toList();
    }

    private Vault vault() throws DoppelException {
        return server.core
                .openVaults()
                .vault(server.core.vaults().vaults().get(0).id());
    }

    private VersionDisk openDisk(String version) throws DoppelException {
        return vault().openDisk(version, vault().version(version).disks().get(0).key());
    }

    @Test
    void aPurgeSaysInWordsWhatItDid() throws Exception {
        threeVersions();
        JobRun dry = purge("dry-run", "true");
        assertTrue(
                dry.outcome()
                        .matches("Nothing was changed, a dry run: would drop 2 versions and free about 16\\.\\d MiB"
                                + " \\(\\d packs\\); 8\\.\\d\\d MiB in use, .*B unused"),
                dry.outcome());
        JobRun run = purge();
        assertTrue(
                run.outcome()
                        .matches(
                                "Dropped 2 versions, freed 16\\.\\d MiB \\(\\d packs\\); 8\\.\\d\\d MiB in use, .*B unused"),
                run.outcome());
        List<JobTask> tasks = server.core.jobs().tasks(run.id());
        assertEquals(
                List.of("purge: " + run.outcome(), "Find out what is needed: Done", "Delete what is not needed: Done"),
                tasks.stream().map(t -> t.name() + ": " + t.outcome()).toList());
    }

    /** The head is written, but the connection is lost: the versions are gone, although the command failed. */
    @Test
    void aRemovalThatBrokeOffDoesNotKeepTheNextPurgeFromItsWork() throws Exception {
        List<String> all = threeVersions();
        headsGetLost = true;
        assertThrows(DoppelException.class, () -> server.core.retention().remove(List.of(all.get(0)), false));
        headsGetLost = false;
        JobRun run = purge();
        assertEquals(JobState.SUCCEEDED, run.state(), run.outcome() + "\n" + server.logOf(run));
        assertEquals(List.of(all.get(2)), versions());
    }

    @Test
    void versionsThatTheVaultHasNoMoreAreForgotten() throws Exception {
        List<String> all = threeVersions();
        vault().remove(List.of(all.get(0)));
        JobRun run = purge();
        assertEquals(JobState.SUCCEEDED, run.state(), run.outcome());
        assertEquals(List.of(all.get(2)), versions());
    }

    @Test
    void aVersionInUseStaysAndIsNotCountedAsDropped() throws Exception {
        List<String> all = threeVersions();
        try (VersionDisk open = openDisk(all.get(0))) {
            JobRun run = purge();
            assertEquals(JobState.SUCCEEDED, run.state(), run.outcome());
            assertTrue(run.outcome().startsWith("Dropped 1 version, freed 8."), run.outcome());
            assertTrue(
                    run.outcome().contains("; 1 version that runs need now, left for the next purge; "), run.outcome());
            assertEquals(
                    "1", server.core.jobs().tasks(run.id()).get(0).results().get("dropped"));
        }
        assertEquals(List.of(all.get(2), all.get(0)), versions());
        purge();
        assertEquals(List.of(all.get(2)), versions());
    }

    @Test
    void oneHeadDropsAllThatNobodyNeeds() throws Exception {
        for (int i = 0; i < 12; i++) {
            backup("web");
        }
        server.core.retention().setPolicy(RetentionScope.ofVault("v"), Map.of("keep-last", "1"));
        List<String> all = versions();
        try (VersionDisk open = openDisk(all.get(3))) {
            heads.set(0);
            JobRun run = purge();
            assertEquals(JobState.SUCCEEDED, run.state(), run.outcome());
            assertTrue(run.outcome().startsWith("Dropped 10 versions"), run.outcome());
        }
        assertEquals(List.of(all.get(0), all.get(3)), versions());
        // eleven in halves down to the one that has to stay: at most four; packs that go and segments that are merged
        // need one each
        assertTrue(heads.get() <= 6, heads + " heads");
        for (int i = 0; i < 6; i++) {
            backup("web");
        }
        heads.set(0);
        JobRun run = purge();
        assertTrue(run.outcome().startsWith("Dropped 7 versions"), run.outcome());
        assertTrue(heads.get() <= 3, heads + " heads");
    }

    @Test
    void aSecondPurgeIsRefusedByTheNameOfTheVaultAndACancelledOneTellsWhatItDropped() throws Exception {
        threeVersions();
        // otherwise each of the packs may be under way already when the purge is cancelled
        oneAtOnce = true;
        mayDelete = new CountDownLatch(1);
        JobRun first = server.core.jobs().submit(new JobDefinition("", "purge", List.of(), Map.of("vault", "v")));
        deleting.await();
        JobRun second = purge();
        assertEquals(VaultError.BUSY.id(), second.errorCode(), second.outcome());
        assertTrue(second.outcome().contains("Vault 'v' is being purged"), second.outcome());
        server.core.jobs().cancel(first.id());
        mayDelete.countDown();
        JobRun ended = server.core.jobs().await(first.id());
        assertEquals(JobState.CANCELLED, ended.state(), ended.outcome());
        assertEquals("2", server.core.jobs().tasks(first.id()).get(0).results().get("dropped"));
    }

    /** A full target is why people purge: what is copied must fit, and what is freed makes room for more. */
    @Test
    void aPurgeOfAFullTargetGoesOnInStepsThatFit() throws Exception {
        sparsePacks(7);
        capacity = used() + 2 * MIB;
        JobRun run = purge();
        assertEquals(JobState.SUCCEEDED, run.state(), run.outcome() + "\n" + server.logOf(run));
        assertTrue(run.outcome().contains("freed 1"), run.outcome());
        assertTrue(usedWithoutReserve() < 17L * MIB, () -> run.outcome());
        whole();
    }

    @Test
    void aTargetWithoutAFreeByteIsPurgedAndTakesBackupsAgain() throws Exception {
        sparsePacks(7);
        capacity = used();
        JobRun full = server.run("backup", List.of("h/web"), Map.of("vault", "v", "full", "true"));
        assertEquals(StorageError.FULL.id(), full.errorCode(), full.outcome());
        JobRun run = purge();
        assertEquals(JobState.SUCCEEDED, run.state(), run.outcome() + "\n" + server.logOf(run));
        assertTrue(usedWithoutReserve() < 17L * MIB, () -> run.outcome());
        assertEquals(8L * MIB, size(PurgeTest::isReserve));
        whole();
        change("web", MIB);
        backup("web");
    }

    @Test
    void aPurgeThatFindsNoRoomAtAllSaysWhatIsMissing() throws Exception {
        sparsePacks(5);
        for (int i = 0; i < 8; i++) {
            Files.delete(target.resolve("reserve/0" + i));
        }
        capacity = used() + MIB / 2;
        long before = used();
        JobRun run = purge();
        assertEquals(JobState.WARNING, run.state(), run.outcome());
        assertTrue(
                server.logOf(run).contains("The target is too full to copy what is needed out of 2 packs"),
                server.logOf(run));
        assertTrue(used() < before + MIB / 2);
        whole();
        capacity = Long.MAX_VALUE;
        assertEquals(JobState.SUCCEEDED, purge().state());
        assertTrue(usedWithoutReserve() < 17L * MIB);
        whole();
    }

    /** Of two packs of 8 MiB, 3 MiB and what is not changed of 8 are needed, less up to 1 where chunks begin and end elsewhere now. */
    private void sparsePacks(int changed) throws Exception {
        backup("web");
        backup("db");
        change("web", 5 * MIB);
        change("db", changed * MIB);
        backup("web");
        backup("db");
        server.core.retention().setPolicy(RetentionScope.ofVault("v"), Map.of("keep-last", "1"));
    }

    private void whole() throws Exception {
        assertEquals(
                JobState.SUCCEEDED, server.run("validate", List.of(), Map.of()).state());
        for (VersionView version : server.core.vaults().versions(Optional.of("v"), Optional.empty())) {
            String name = version.id();
            server.succeed("machine", "restore", List.of(), Map.of("version", name, "name", name + capacity));
            assertArrayEquals(
                    Files.readAllBytes(image(version.machineName())), Files.readAllBytes(image(name + capacity)));
        }
    }
}
