package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.vault.VaultRequest;
import io.doppel.api.vault.VersionView;
import io.doppel.core.JobError;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.hypervisor.BaseToken;
import io.doppel.vault.VaultError;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups on a host that tracks changes. */
class ChangeBasesTest {
    private static final int IMAGE = 160 << 20;
    private static final long EDIT = 100 << 20;

    @TempDir
    Path folder;

    private Path image;
    private Server server;
    private TrackingHypervisor hypervisor;

    @BeforeEach
    void start() throws Exception {
        Path machines = Files.createDirectory(folder.resolve("machines"));
        image = Files.createDirectory(machines.resolve("m")).resolve("disk.img");
        byte[] content = new byte[IMAGE];
        new Random(9).nextBytes(content);
        Files.write(image, content);
        server = new Server(folder.resolve("state"));
        hypervisor = new TrackingHypervisor(server.hypervisor);
        server.plugins.hypervisors().add(hypervisor);
        server.addVault("v", folder.resolve("vault"), VaultRequest.Access.CREATE);
        server.core.inventory().addHost("t", "tracking", Map.of("path", machines.toString()));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private JobRun backup(String... options) throws Exception {
        Map<String, String> map = new HashMap<>(Map.of("vault", "v"));
        if (options.length > 0) {
            map.put(options[0], options[1]);
        }
        return server.run("backup", List.of("t/m"), map);
    }

    private String versionOf(JobRun run) throws Exception {
        return server.core.jobs().tasks(run.id()).get(0).results().get("version");
    }

    @Test
    void onlyChangesAreReadAndOldBasesAreFreed() throws Exception {
        JobRun full = backup();
        assertEquals(JobState.SUCCEEDED, full.state(), full.outcome());
        assertEquals(IMAGE, full.progress().read());
        try (RandomAccessFile f = new RandomAccessFile(image.toFile(), "rw")) {
            f.seek(EDIT);
            f.write("changed".getBytes());
        }
        hypervisor.changes = List.of(new ByteRange(EDIT, 4096));
        JobRun second = backup();
        assertEquals(JobState.SUCCEEDED, second.state(), second.outcome());
        assertTrue(
                second.progress().read() < 4 << 20, "read " + second.progress().read());
        assertEquals(IMAGE, second.progress().done());

        BaseToken given = hypervisor.requests.get(1).bases().get(0);
        assertEquals(versionOf(full), given.versionId());
        assertEquals(List.of(given), hypervisor.released);
        server.succeed("", "restore", List.of(), Map.of("version", versionOf(second), "name", "r"));
        assertEquals(-1, Files.mismatch(image, folder.resolve("machines/r/disk.img")));

        JobRun forced = backup("full", "true");
        assertEquals(IMAGE, forced.progress().read());
        assertEquals(List.of(), hypervisor.requests.get(2).bases());
        assertEquals(2, hypervisor.released.size());

        hypervisor.noChangesReason = Optional.of("the tracking was reset");
        JobRun fallback = backup();
        assertEquals(JobState.WARNING, fallback.state());
        assertTrue(server.logOf(fallback).contains("is read as a whole: the tracking was reset"));
        assertEquals(IMAGE, fallback.progress().read());
    }

    @Test
    void whatIsDamagedIsReadBesideTheChangesAndItsVersionIsWholeAgain() throws Exception {
        JobRun full = backup();
        Damage.toLargest(folder.resolve("vault"));
        JobRun found = server.run("validate", List.of(), Map.of());
        assertEquals(JobError.DAMAGE_FOUND.id(), found.errorCode());
        String log = server.logOf(found);
        assertTrue(log.contains("machine 'm' on host 't', disk '") && log.contains(versionOf(full)), log);
        hypervisor.changes = List.of();
        JobRun next = backup();
        assertEquals(JobState.WARNING, next.state(), next.outcome());
        assertTrue(server.logOf(next).contains("are damaged; they are read again"), server.logOf(next));
        assertEquals(1, hypervisor.requests.get(1).bases().size());
        assertTrue(next.progress().read() < 4 << 20, "read " + next.progress().read());
        assertEquals(
                VersionView.Health.UNVERIFIED,
                server.core.vaults().version(versionOf(full)).health());
        for (JobRun run : List.of(full, next)) {
            String name = "r" + run.id();
            server.succeed("", "restore", List.of(), Map.of("version", versionOf(run), "name", name));
            assertEquals(-1, Files.mismatch(image, folder.resolve("machines/" + name + "/disk.img")));
        }
        JobRun again = server.run("validate", List.of(), Map.of());
        assertEquals(JobState.WARNING, again.state(), again.outcome());
        assertTrue(server.logOf(again).contains("nothing is lost"), server.logOf(again));
        for (JobRun run : List.of(full, next)) {
            assertEquals(
                    VersionView.Health.VALID,
                    server.core.vaults().version(versionOf(run)).health());
        }
    }

    @Test
    void afterAPackIsLostTheJobFailsOnceThenReadsWhatWasInItAndHeals() throws Exception {
        JobRun full = backup();
        hypervisor.changes = List.of(new ByteRange(EDIT, 4096));
        Path pack;
        try (Stream<Path> all = Files.walk(folder.resolve("vault/data"))) {
            pack = all.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
        long size = Files.size(pack);
        Files.delete(pack);
        JobRun refused = backup();
        assertEquals(VaultError.PACK_GONE.id(), refused.errorCode(), refused.outcome());
        JobRun healing = backup();
        assertEquals(JobState.WARNING, healing.state(), healing.outcome());
        assertTrue(server.logOf(healing).contains("are damaged; they are read again"), server.logOf(healing));
        long read = healing.progress().read();
        assertTrue(read >= size - (1 << 20) && read < size + (16 << 20) && read < IMAGE, read + " of " + size);
        JobRun after = backup();
        assertEquals(JobState.SUCCEEDED, after.state(), after.outcome());
        assertTrue(after.progress().read() < 4 << 20, "read " + after.progress().read());
        server.succeed("", "restore", List.of(), Map.of("version", versionOf(full), "name", "r"));
        assertEquals(-1, Files.mismatch(image, folder.resolve("machines/r/disk.img")));
    }

    @Test
    void withoutARootTheJobReadsEverythingAndSaysSo() throws Exception {
        backup();
        try (Stream<Path> all = Files.walk(folder.resolve("vault/tree"))) {
            for (Path p : all.filter(Files::isRegularFile).toList()) {
                Files.delete(p);
            }
        }
        hypervisor.changes = List.of();
        assertEquals(
                JobError.DAMAGE_FOUND.id(),
                server.run("validate", List.of(), Map.of()).errorCode());
        JobRun next = backup();
        assertEquals(JobState.WARNING, next.state(), next.outcome());
        assertTrue(server.logOf(next).contains("is read as a whole: Tree node"), server.logOf(next));
        assertEquals(IMAGE, next.progress().read());
    }

    @Test
    void aDamagedVersionIsRestoredWithoutWhatIsLostIfThatIsWanted() throws Exception {
        JobRun full = backup();
        Damage.toLargest(folder.resolve("vault"));
        Map<String, String> options = new HashMap<>(Map.of("version", versionOf(full), "name", "r"));
        JobRun refused = server.run("restore", List.of(), options);
        assertEquals(VaultError.DAMAGED_DATA.id(), refused.errorCode(), refused.outcome());
        options.put("skip-damaged", "true");
        JobRun partly = server.run("restore", List.of(), options);
        assertEquals(JobState.WARNING, partly.state(), partly.outcome());
        assertTrue(partly.outcome().contains("without what could not be read"), partly.outcome());
        Map<String, String> results =
                server.core.jobs().tasks(partly.id()).get(0).results();
        String places = results.entrySet().stream()
                .filter(e -> e.getKey().startsWith("unreadable "))
                .findFirst()
                .orElseThrow()
                .getValue();
        String[] range = places.split(" to ");
        byte[] expected = Files.readAllBytes(image);
        Arrays.fill(expected, Integer.parseInt(range[0]), Integer.parseInt(range[1]), (byte) 0);
        assertTrue(Integer.parseInt(range[1]) - Integer.parseInt(range[0]) <= 256 << 10, places);
        Path kept = Files.write(folder.resolve("expected"), expected);
        assertEquals(-1, Files.mismatch(kept, folder.resolve("machines/r/disk.img")));
    }
}
