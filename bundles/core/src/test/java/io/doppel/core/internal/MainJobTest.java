package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.ConnectionState;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.job.JobTask;
import io.doppel.api.retention.RetentionScope;
import io.doppel.api.vault.VaultRequest;
import io.doppel.api.vault.VersionView;
import io.doppel.core.JobError;
import io.doppel.vault.VaultError;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backup, validate and restore of real images into a real vault, without OSGi. */
class MainJobTest {
    private static final int IMAGE = 24 << 20;

    @TempDir
    Path folder;

    private Path machines;
    private Path image;
    private Server server;

    @BeforeEach
    void start() throws Exception {
        machines = Files.createDirectory(folder.resolve("machines"));
        image = Files.createDirectory(machines.resolve("web ü")).resolve("disk.img");
        fill(image, 1, IMAGE);
        Files.createDirectory(folder.resolve("vaults"));
        server = new Server(folder.resolve("state"));
        server.addVault("v", folder.resolve("vaults/v"), VaultRequest.Access.CREATE);
        server.core.inventory().addHost("h", "folder", Map.of("path", machines.toString()));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static void fill(Path file, long seed, int size) throws Exception {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        Files.write(file, bytes);
    }

    private void edit(long at, String text) throws Exception {
        try (RandomAccessFile f = new RandomAccessFile(image.toFile(), "rw")) {
            f.seek(at);
            f.writeBytes(text);
        }
    }

    /** Without the check that comes after it, which has tests of its own. */
    private String backup() throws Exception {
        return server.succeed("version", "backup", List.of("h/*"), Map.of("vault", "v", "validate", "false"));
    }

    @Test
    void backsUpTwiceValidatesAndRestoresBitByBit() throws Exception {
        byte[] first = Files.readAllBytes(image);
        String v1 = backup();
        edit(IMAGE / 2, "changed");
        byte[] second = Files.readAllBytes(image);
        String v2 = backup();

        List<VersionView> versions = server.core.vaults().versions(Optional.of("v"), Optional.of("web ü"));
        assertEquals(List.of(v2, v1), versions.stream().map(VersionView::id).toList());
        assertEquals(IMAGE, versions.get(0).logicalBytes());
        assertTrue(
                versions.get(0).storedBytes() < 2 << 20,
                "incremental stored " + versions.get(0).storedBytes());
        assertEquals(VersionView.Health.UNVERIFIED, versions.get(0).health());

        server.succeed("", "validate", List.of(), Map.of());
        assertEquals(VersionView.Health.VALID, server.core.vaults().version(v1).health());

        server.succeed("machine", "restore", List.of(), Map.of("version", v1, "name", "one"));
        server.succeed("machine", "restore", List.of(), Map.of("version", v2.substring(0, 28), "name", "two"));
        assertArrayEquals(first, Files.readAllBytes(machines.resolve("one/disk.img")));
        assertArrayEquals(second, Files.readAllBytes(machines.resolve("two/disk.img")));
    }

    @Test
    void restoresOverTheOriginalAndKeepsTheOldUntilConfirmed() throws Exception {
        byte[] first = Files.readAllBytes(image);
        String version = backup();
        edit(0, "broken");
        String restore =
                server.succeed("restore", "restore", List.of(), Map.of("version", version, "over-original", "true"));
        assertArrayEquals(first, Files.readAllBytes(image));
        var kept = server.core.inventory().keptOriginals();
        assertEquals(List.of(restore), kept.stream().map(k -> k.restoreId()).toList());
        server.core.inventory().confirmRestore("h", restore);
        assertEquals(List.of(), server.core.inventory().keptOriginals());
        JobRun neither = server.run("restore", List.of(), Map.of("version", version));
        assertEquals(JobError.NO_TARGET.id(), neither.errorCode());
        assertEquals(JobState.FAILED, neither.state());
    }

    @Test
    void aDryRunSaysWhatARestoreWouldDoAndDoesNothing() throws Exception {
        String version = backup();
        edit(0, "newer");
        byte[] newer = Files.readAllBytes(image);
        List<Path> before = everything();
        JobRun over = server.run(
                "restore", List.of(), Map.of("version", version, "over-original", "true", "dry-run", "true"));
        assertEquals(JobState.SUCCEEDED, over.state(), over.outcome());
        assertTrue(server.logOf(over).contains("Restores over the machine 'web ü'"), server.logOf(over));
        assertTrue(server.logOf(over).contains("Keeps until the restore is confirmed"), server.logOf(over));
        JobRun fresh = server.run("restore", List.of(), Map.of("version", version, "name", "one", "dry-run", "true"));
        assertTrue(server.logOf(fresh).contains("Makes the machine 'one' in the new folder"), server.logOf(fresh));
        assertCode(
                "DPL-FLD-0009",
                server.run("restore", List.of(), Map.of("version", version, "name", "web ü", "dry-run", "true")));
        assertEquals(before, everything());
        assertArrayEquals(newer, Files.readAllBytes(image));
    }

    private List<Path> everything() throws Exception {
        try (Stream<Path> all = Files.walk(machines)) {
            return all.sorted().toList();
        }
    }

    @Test
    void aRestartKeepsEverythingAndFilesArePrivate() throws Exception {
        String version = backup();
        server.close();
        server = new Server(folder.resolve("state"));
        // Whether it was opened again already is a matter of who came first.
        assertNotEquals(
                ConnectionState.NO_PLUGIN, server.core.vaults().vaults().get(0).state());
        assertEquals(version, server.core.vaults().version(version).id());
        server.succeed("machine", "restore", List.of(), Map.of("version", version, "name", "again"));
        assertEquals(
                ConnectionState.CONNECTED, server.core.vaults().vaults().get(0).state());
        backup();
        assertEquals(
                "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("state"))));
        try (Stream<Path> all = Files.walk(folder.resolve("state/vaults"))) {
            for (Path key : all.filter(p -> p.endsWith("machine.key")).toList()) {
                assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(key)));
            }
        }
    }

    @Test
    void retentionKnowsWhatWasStoredAndPinsOutliveARebuiltCatalogue() throws Exception {
        String v1 = backup();
        backup();
        server.core.retention().setPolicy(RetentionScope.ofVault("v").withMachine("h/web ü"), Map.of("keep-last", "1"));
        assertEquals(List.of(v1), droppable());
        server.core.retention().pin(v1.substring(0, 30), "before the move", "admin");
        server.core.vaults().rebuildCatalogue("v");
        server.close();
        server = new Server(folder.resolve("state"));
        assertEquals(List.of(), droppable());
        server.core.retention().unpin(v1);
        assertEquals(List.of(v1), droppable());
    }

    private List<String> droppable() throws Exception {
        return server.core.retention().preview("v", Optional.empty()).dropped().stream()
                .map(VersionView::id)
                .toList();
    }

    @Test
    void theCatalogueIsRebuiltFromTheVaultAlone() throws Exception {
        backup();
        backup();
        List<VersionView> before = server.core.vaults().versions(Optional.empty(), Optional.empty());
        server.core.vaults().removeVault("v");
        assertEquals(List.of(), server.core.vaults().versions(Optional.empty(), Optional.empty()));
        server.close();
        server = new Server(folder.resolve("another state"));
        DoppelException held = assertThrows(
                DoppelException.class,
                () -> server.addVault("v", folder.resolve("vaults/v"), VaultRequest.Access.CREATE));
        assertTrue(held.getMessage().startsWith("DPL-VLT-0002"), held.getMessage());
        assertEquals(List.of(), server.core.vaults().vaults());
        server.addVault("v", folder.resolve("vaults/v"), VaultRequest.Access.TAKE_OVER);
        assertEquals(before, server.core.vaults().versions(Optional.empty(), Optional.empty()));
        assertEquals(2, server.core.vaults().rebuildCatalogue("v"));
        assertEquals(before, server.core.vaults().versions(Optional.empty(), Optional.empty()));
    }

    @Test
    void afterTheCatalogueIsLostTheVaultAloneBringsAllVersionsBack() throws Exception {
        Map<String, byte[]> contents = new HashMap<>();
        for (int i = 0; i < 3; i++) {
            edit(IMAGE / 4 * i, "state " + i);
            contents.put(backup(), Files.readAllBytes(image));
        }
        List<VersionView> before = server.core.vaults().versions(Optional.empty(), Optional.empty());
        server.close();
        try (Stream<Path> all = Files.walk(folder.resolve("state/catalog"))) {
            for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(p);
            }
        }
        server = new Server(folder.resolve("state"));
        assertEquals(List.of(), server.core.vaults().vaults());
        assertEquals(List.of(), server.core.vaults().versions(Optional.empty(), Optional.empty()));
        server.core.inventory().addHost("h", "folder", Map.of("path", machines.toString()));
        server.addVault("v", folder.resolve("vaults/v"), VaultRequest.Access.ATTACH);
        assertEquals(before, server.core.vaults().versions(Optional.empty(), Optional.empty()));
        assertEquals(3, before.size());
        for (Map.Entry<String, byte[]> version : contents.entrySet()) {
            String name = "r" + version.getKey();
            server.succeed("machine", "restore", List.of(), Map.of("version", version.getKey(), "name", name));
            assertArrayEquals(
                    version.getValue(),
                    Files.readAllBytes(machines.resolve(name).resolve("disk.img")));
        }
        assertTrue(backup().length() > 0);
    }

    @Test
    void damageIsFoundNamedKeptAndMadeGoodByTheNextBackup() throws Exception {
        String version = backup();
        Damage.toLargest(folder.resolve("vaults/v"));
        JobRun run = server.run("validate", List.of(), Map.of("vault", "v"));
        assertEquals(JobError.DAMAGE_FOUND.id(), run.errorCode(), run.outcome());
        assertTrue(server.logOf(run).contains(version), server.logOf(run));
        VersionView view = server.core.vaults().version(version);
        assertEquals(VersionView.Health.DAMAGED, view.health());
        assertTrue(!view.problems().isEmpty());
        backup();
        server.succeed("machine", "restore", List.of(), Map.of("version", version, "name", "again"));
        assertArrayEquals(Files.readAllBytes(image), Files.readAllBytes(machines.resolve("again/disk.img")));
    }

    @Test
    void aVersionThatCannotBeReadDoesNotKeepTheOthersFromBeingUsed() throws Exception {
        String first = backup();
        String second = backup();
        try (Stream<Path> all = Files.walk(folder.resolve("vaults/v/versions"))) {
            Damage.to(all.filter(p -> p.endsWith(first)).findFirst().orElseThrow());
        }
        server.core.vaults().removeVault("v");
        server.close();
        server = new Server(folder.resolve("another state"));
        server.core.inventory().addHost("h", "folder", Map.of("path", machines.toString()));
        server.addVault("v", folder.resolve("vaults/v"), VaultRequest.Access.TAKE_OVER);
        VersionView lost = server.core.vaults().version(first);
        assertEquals(VersionView.Health.DAMAGED, lost.health());
        assertEquals("web ü", lost.machineId());
        assertCode(
                VaultError.DAMAGED_OBJECT.id(),
                server.run("restore", List.of(), Map.of("version", first, "name", "one")));
        server.succeed("machine", "restore", List.of(), Map.of("version", second, "name", "two"));
        assertArrayEquals(Files.readAllBytes(image), Files.readAllBytes(machines.resolve("two/disk.img")));
        backup();
    }

    @Test
    void theRecoveryKeyOpensTheVaultElsewhere() throws Exception {
        backup();
        char[] key = server.core.vaults().exportRecoveryKey("v");
        assertTrue(server.core.vaults().vaults().get(0).recoveryKeyExported());
        server.core.vaults().removeVault("v");
        DoppelException wrong = assertThrows(DoppelException.class, () -> attach("wrong".toCharArray()));
        assertTrue(wrong.getMessage().startsWith("DPL-VLT-0004"), wrong.getMessage());
        attach(key);
        assertEquals(1, server.core.vaults().vaults().get(0).versions());
        Arrays.fill(key, ' ');
    }

    private void attach(char[] unlock) throws DoppelException {
        server.core
                .vaults()
                .addVault(new VaultRequest(
                        "again",
                        "local",
                        Map.of("path", folder.resolve("vaults/v").toString()),
                        VaultRequest.Access.ATTACH,
                        "zstd",
                        unlock));
    }

    @Test
    void withoutAPluginItSaysSoAndWithItItGoesOn() throws Exception {
        String version = backup();
        server.plugins.storages().remove(server.storage);
        server.plugins.hypervisors().remove(server.hypervisor);
        assertEquals(
                ConnectionState.NO_PLUGIN, server.core.vaults().vaults().get(0).state());
        assertEquals(-1, server.core.vaults().vaults().get(0).storedBytes(), "unknown, and not nothing");
        assertEquals(
                ConnectionState.NO_PLUGIN,
                server.core.inventory().hosts().get(0).state());
        JobRun run = server.run("restore", List.of(), Map.of("version", version, "name", "x"));
        assertEquals(CommonError.PLUGIN_GONE.id(), run.errorCode());
        server.plugins.storages().add(server.storage);
        server.plugins.hypervisors().add(server.hypervisor);
        // Whether it was opened again already is a matter of who came first.
        assertNotEquals(
                ConnectionState.NO_PLUGIN, server.core.vaults().vaults().get(0).state());
        server.succeed("machine", "restore", List.of(), Map.of("version", version, "name", "x"));
        assertArrayEquals(Files.readAllBytes(image), Files.readAllBytes(machines.resolve("x/disk.img")));
    }

    @Test
    void badInputIsRefusedWithACode() throws Exception {
        assertCode(CommonError.NOT_FOUND.id(), server.run("backup", List.of("h/*"), Map.of("vault", "none")));
        assertCode(JobError.NO_MACHINES.id(), server.run("backup", List.of("h/none"), Map.of("vault", "v")));
        assertCode(
                CommonError.NOT_FOUND.id(), server.run("restore", List.of(), Map.of("version", "feed", "name", "x")));
        assertCode(CommonError.NOT_FOUND.id(), server.run("validate", List.of(), Map.of("versions", "feed")));
        DoppelException noHost = assertThrows(
                DoppelException.class, () -> server.run("backup", List.of("nowhere/*"), Map.of("vault", "v")));
        assertTrue(noHost.is(JobError.BAD_SELECTION));
        Path missing = folder.resolve("missing");
        assertThrows(
                DoppelException.class,
                () -> server.core.inventory().addHost("bad", "folder", Map.of("path", missing.toString())));
        assertEquals(1, server.core.inventory().hosts().size());
    }

    @Test
    void aMachineThatIsNamedButIsNotThereFails() throws Exception {
        JobRun run = server.run("backup", List.of("h/web ü", "h/gone", "h/none*"), Map.of("vault", "v"));
        assertNotEquals(JobState.SUCCEEDED, run.state());
        List<JobTask> tasks = server.core.jobs().tasks(run.id()).stream()
                .filter(t -> t.parentId().isEmpty())
                .toList();
        assertEquals(
                List.of("h/web ü", "h/gone"), tasks.stream().map(JobTask::name).toList());
        assertEquals(
                List.of("", JobError.NO_MACHINES.id()),
                tasks.stream().map(JobTask::errorCode).toList());
        assertEquals(
                1,
                server.core
                        .vaults()
                        .versions(Optional.of("v"), Optional.empty())
                        .size());
    }

    /** Whoever comes second must not touch the key file of the one who came first. */
    @Test
    void twoThatAddAVaultOfOneNameAtOnceGetOneThatCanBeOpenedAgain() throws Exception {
        for (int i = 0; i < 5; i++) {
            String name = "twice" + i;
            Path target = folder.resolve("vaults/" + name);
            List<CompletableFuture<Boolean>> both = Stream.of(1, 2)
                    .map(n -> CompletableFuture.supplyAsync(() -> adds(name, target)))
                    .toList();
            assertEquals(
                    1, both.stream().filter(CompletableFuture::join).count(), "how many were told that it was made");
        }
        server.close();
        server = new Server(folder.resolve("state"));
        for (int i = 0; i < 5; i++) {
            server.succeed("version", "backup", List.of("h/*"), Map.of("vault", "twice" + i));
        }
    }

    @Test
    void aPurgeDropsWhatRetentionDoesNotKeepAndFreesItsSpace() throws Exception {
        String first = backup();
        fill(image, 2, IMAGE);
        String second = backup();
        fill(image, 3, IMAGE);
        String third = backup();
        Path packs = folder.resolve("vaults/v/data");
        long before = bytes(packs);
        server.core.retention().setPolicy(RetentionScope.ofVault("v"), Map.of("keep-last", "1"));

        JobRun dry = server.run("purge", List.of(), Map.of("vault", "v", "dry-run", "true"));
        assertEquals(JobState.SUCCEEDED, dry.state(), dry.outcome());
        String log = server.logOf(dry);
        assertTrue(log.contains(first) && log.contains(second) && !log.contains(third), log);
        assertEquals(before, bytes(packs));

        long freed = Long.parseLong(server.succeed("freed", "purge", List.of(), Map.of("vault", "v")));
        assertTrue(freed > before / 2 && before - bytes(packs) >= freed / 2, freed + " of " + before);
        List<VersionView> left = server.core.vaults().versions(Optional.of("v"), Optional.empty());
        assertEquals(List.of(third), left.stream().map(VersionView::id).toList());
        server.succeed("machine", "restore", List.of(), Map.of("version", third, "name", "again"));
        server.succeed("used", "purge", List.of(), Map.of("vault", "v", "retention", "false"));
    }

    private static long bytes(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .mapToLong(p -> p.toFile().length())
                    .sum();
        }
    }

    private boolean adds(String name, Path target) {
        try {
            server.addVault(name, target, VaultRequest.Access.CREATE);
            return true;
        } catch (DoppelException e) {
            assertTrue(e.is(JobError.IN_USE) || e.is(CommonError.EXISTS), e.getMessage());
            return false;
        }
    }

    @Test
    void aRebuiltCatalogueStillKnowsWhatIsDamaged() throws Exception {
        String version = backup();
        Damage.toLargest(folder.resolve("vaults/v"));
        server.run("validate", List.of(), Map.of());
        assertEquals(
                VersionView.Health.DAMAGED,
                server.core.vaults().version(version).health());
        assertEquals(1, server.core.vaults().rebuildCatalogue("v"));
        assertEquals(
                VersionView.Health.DAMAGED,
                server.core.vaults().version(version).health());
    }

    private static void assertCode(String code, JobRun run) {
        assertEquals(code, run.errorCode(), run.outcome());
        assertEquals(JobState.FAILED, run.state());
    }
}
