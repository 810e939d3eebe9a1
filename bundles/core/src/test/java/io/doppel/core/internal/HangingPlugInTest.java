package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.vault.VaultRequest;
import io.doppel.core.internal.plugin.Registry;
import io.doppel.hypervisor.folder.internal.FolderHypervisor;
import io.doppel.spi.hypervisor.HypervisorType;
import io.doppel.spi.storage.StorageType;
import io.doppel.storage.local.internal.LocalStorageType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A host that does not answer when connected to, and a storage target that does not answer when opened, hold nobody up. */
@Timeout(60)
class HangingPlugInTest {
    @TempDir
    Path folder;

    private final CountDownLatch firstCall = new CountDownLatch(1);
    private final CountDownLatch called = new CountDownLatch(1);
    private final CountDownLatch answers = new CountDownLatch(1);
    private Server server;
    private String version;

    @BeforeEach
    void start() throws Exception {
        Path machines = Files.createDirectory(folder.resolve("machines"));
        Files.write(Files.createDirectory(machines.resolve("m")).resolve("disk.img"), new byte[] {1, 2, 3});
        server = new Server(folder.resolve("state"));
        server.addVault("v", folder.resolve("vault"), VaultRequest.Access.CREATE);
        server.core.inventory().addHost("h", "folder", Map.of("path", machines.toString()));
        version = server.succeed("version", "backup", List.of("h/m"), Map.of("vault", "v"));
        server.close();
    }

    @AfterEach
    void stop() {
        answers.countDown();
        server.close();
    }

    private void hangingHost() throws Exception {
        HypervisorType hanging = Interposed.before(HypervisorType.class, new FolderHypervisor(), "connect", () -> {
            if (firstCall.getCount() > 0) {
                // the server sweeps a host as soon as its type is there
                firstCall.countDown();
                throw new DoppelException(CommonError.INTERNAL, "not now");
            }
            hang();
        });
        server = new Server(folder.resolve("state"), hanging, new LocalStorageType());
        assertTrue(firstCall.await(30, TimeUnit.SECONDS));
    }

    private void hangingStorage() throws Exception {
        StorageType hanging = Interposed.before(StorageType.class, new LocalStorageType(), "open", this::hang);
        server = new Server(folder.resolve("state"), new FolderHypervisor(), hanging);
    }

    private void hang() throws InterruptedException {
        called.countDown();
        answers.await();
    }

    private JobRun stuck(String kind, List<String> machines, Map<String, String> options) throws Exception {
        JobRun run = server.core.jobs().submit(new JobDefinition("", kind, machines, options));
        assertTrue(called.await(30, TimeUnit.SECONDS));
        return run;
    }

    private JobRun stuckBackup() throws Exception {
        return stuck("backup", List.of("h/m"), Map.of("vault", "v"));
    }

    private JobRun stuckRestore() throws Exception {
        return stuck("restore", List.of(), Map.of("version", version, "name", "again"));
    }

    private void cancelEnds(JobRun run) throws Exception {
        long start = System.nanoTime();
        server.core.jobs().cancel(run.id());
        JobRun ended = server.core.jobs().await(run.id());
        assertEquals(JobState.CANCELLED, ended.state(), ended.outcome());
        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(20), "too slow");
        worksOnceItAnswers();
    }

    private <T> void leavingEnds(JobRun run, Registry<T> types, T hanging, T comesBack) throws Exception {
        long start = System.nanoTime();
        types.remove(hanging);
        JobRun ended = server.core.jobs().await(run.id());
        assertEquals(CommonError.PLUGIN_GONE.id(), ended.errorCode(), ended.outcome());
        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(20), "too slow");
        types.add(comesBack);
        worksOnceItAnswers();
    }

    private void worksOnceItAnswers() throws Exception {
        answers.countDown();
        server.succeed("version", "backup", List.of("h/m"), Map.of("vault", "v"));
        server.succeed("machine", "restore", List.of(), Map.of("version", version, "name", "whole"));
    }

    @Test
    void aBackupThatCannotConnectIsCancelled() throws Exception {
        hangingHost();
        cancelEnds(stuckBackup());
    }

    @Test
    void aBackupWhoseVaultDoesNotOpenIsCancelled() throws Exception {
        hangingStorage();
        cancelEnds(stuckBackup());
    }

    @Test
    void aRestoreThatCannotConnectIsCancelled() throws Exception {
        hangingHost();
        cancelEnds(stuckRestore());
    }

    @Test
    void aRestoreWhoseVaultDoesNotOpenIsCancelled() throws Exception {
        hangingStorage();
        cancelEnds(stuckRestore());
    }

    @Test
    void aValidationWhoseVaultDoesNotOpenIsCancelled() throws Exception {
        hangingStorage();
        cancelEnds(stuck("validate", List.of(), Map.of()));
    }

    @Test
    void aHypervisorThatLeavesWhileItConnectsEndsTheBackup() throws Exception {
        hangingHost();
        leavingEnds(stuckBackup(), server.plugins.hypervisors(), server.hypervisor, new FolderHypervisor());
    }

    @Test
    void aHypervisorThatLeavesWhileItConnectsEndsTheRestore() throws Exception {
        hangingHost();
        leavingEnds(stuckRestore(), server.plugins.hypervisors(), server.hypervisor, new FolderHypervisor());
    }

    @Test
    void aStorageTypeThatLeavesWhileItOpensEndsTheBackup() throws Exception {
        hangingStorage();
        leavingEnds(stuckBackup(), server.plugins.storages(), server.storage, new LocalStorageType());
    }
}
