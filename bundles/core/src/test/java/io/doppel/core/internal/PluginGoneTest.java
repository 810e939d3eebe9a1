package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.vault.VaultRequest;
import io.doppel.core.JobError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plug-ins that leave while a run goes through them, and come back. */
class PluginGoneTest {
    private static final int IMAGE = 24 << 20;

    @TempDir
    Path folder;

    private Path machines;
    private byte[] content;
    private Server server;

    @BeforeEach
    void start() throws Exception {
        machines = Files.createDirectory(folder.resolve("machines"));
        content = new byte[IMAGE];
        new Random(5).nextBytes(content);
        Files.write(Files.createDirectory(machines.resolve("m")).resolve("disk.img"), content);
        server = new Server(folder.resolve("state"));
        server.addVault("v", folder.resolve("vault"), VaultRequest.Access.CREATE);
        server.core.inventory().addHost("h", "folder", Map.of("path", machines.toString()));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** Starts a job that takes a minute and waits until it moves data. */
    private JobRun slow(String kind, List<String> wanted, Map<String, String> options) throws Exception {
        JobRun run = server.core.jobs().submit(new JobDefinition("", kind, wanted, options));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (server.core.jobs().run(run.id()).progress().read() == 0) {
            assertTrue(
                    System.nanoTime() < end,
                    "nothing moves: " + server.core.jobs().run(run.id()));
            Thread.sleep(20);
        }
        return run;
    }

    private JobRun slowBackup() throws Exception {
        return slow("backup", List.of("h/m"), Map.of("vault", "v", "rate", "400K"));
    }

    private void endsAsGone(JobRun run, Runnable leave) throws Exception {
        long start = System.nanoTime();
        leave.run();
        JobRun ended = server.core.jobs().await(run.id());
        long took = System.nanoTime() - start;
        assertEquals(CommonError.PLUGIN_GONE.id(), ended.errorCode(), ended.outcome());
        assertEquals(JobState.FAILED, ended.state());
        assertTrue(took < TimeUnit.SECONDS.toNanos(20), "took " + took / 1_000_000 + " ms");
        assertEquals(List.of(), server.core.vaults().versions(Optional.empty(), Optional.empty()));
    }

    private void worksAgain() throws Exception {
        String version = server.succeed("version", "backup", List.of("h/m"), Map.of("vault", "v"));
        server.succeed("machine", "restore", List.of(), Map.of("version", version, "name", "again"));
        assertArrayEquals(content, Files.readAllBytes(machines.resolve("again/disk.img")));
    }

    @Test
    void theTransport() throws Exception {
        endsAsGone(slowBackup(), () -> {
            server.plugins.transports().remove(server.transport);
            server.processor.removeTransport(server.transport);
        });
        server.plugins.transports().add(server.transport);
        server.processor.addTransport(server.transport);
        worksAgain();
    }

    @Test
    void theStorage() throws Exception {
        endsAsGone(slowBackup(), () -> server.plugins.storages().remove(server.storage));
        server.plugins.storages().add(server.storage);
        worksAgain();
    }

    @Test
    void theProcessor() throws Exception {
        endsAsGone(slowBackup(), () -> server.plugins.processors().remove(server.processor));
        server.plugins.processors().add(server.processor);
        worksAgain();
    }

    @Test
    void theHypervisorInTheMiddleOfARestore() throws Exception {
        String version = server.succeed("version", "backup", List.of("h/m"), Map.of("vault", "v"));
        JobRun run = server.core
                .jobs()
                .submit(new JobDefinition(
                        "", "restore", List.of(), Map.of("version", version, "name", "half", "rate", "400K")));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (entries() < 2) {
            assertTrue(System.nanoTime() < end);
            Thread.sleep(10);
        }
        server.plugins.hypervisors().remove(server.hypervisor);
        assertEquals(
                CommonError.PLUGIN_GONE.id(), server.core.jobs().await(run.id()).errorCode());
        server.plugins.hypervisors().add(server.hypervisor);
        server.succeed("version", "backup", List.of("h/m"), Map.of("vault", "v"));
        assertEquals(1, entries());
        worksAgain();
    }

    private long entries() throws Exception {
        try (Stream<Path> all = Files.list(machines)) {
            return all.count();
        }
    }

    @Test
    void takingOverOnesOwnVaultUnderAnotherNameIsRefusedAndDisturbsNothing() throws Exception {
        JobRun run = slow("backup", List.of("h/m"), Map.of("vault", "v", "rate", "12M"));
        DoppelException twice = assertThrows(
                DoppelException.class,
                () -> server.addVault("again", folder.resolve("vault"), VaultRequest.Access.TAKE_OVER));
        assertTrue(twice.is(CommonError.EXISTS), twice.getMessage());
        JobRun ended = server.core.jobs().await(run.id());
        assertEquals(JobState.SUCCEEDED, ended.state(), ended.outcome());
        worksAgain();
    }

    @Test
    void aRunIsCancelledAtOnceAndLeavesNothingHalf() throws Exception {
        JobRun run = slowBackup();
        DoppelException host = assertThrows(
                DoppelException.class, () -> server.core.inventory().removeHost("h"));
        DoppelException vault =
                assertThrows(DoppelException.class, () -> server.core.vaults().removeVault("v"));
        assertTrue(host.is(JobError.IN_USE) && vault.is(JobError.IN_USE));
        long start = System.nanoTime();
        server.core.jobs().cancel(run.id());
        JobRun ended = server.core.jobs().await(run.id());
        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(10), "too slow");
        assertEquals(JobState.CANCELLED, ended.state());
        worksAgain();
    }
}
