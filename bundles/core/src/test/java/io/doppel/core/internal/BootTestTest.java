package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.vault.BootTest;
import io.doppel.api.vault.VaultRequest;
import io.doppel.core.JobError;
import io.doppel.spi.hypervisor.MachineControl.GuestState;
import io.doppel.spi.hypervisor.RestoreRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions that are started to see whether they start. */
class BootTestTest {
    @TempDir
    Path folder;

    private final StandardHypervisor hypervisor = new StandardHypervisor();
    private Server server;
    private Path machines;
    private String version;

    @BeforeEach
    void start() throws Exception {
        byte[] content = new byte[1 << 20];
        new Random(3).nextBytes(content);
        machines = Files.createDirectory(folder.resolve("machines"));
        Files.write(Files.createDirectory(machines.resolve("m")).resolve("disk.img"), content);
        server = new Server(folder.resolve("state"));
        server.plugins.hypervisors().add(hypervisor);
        server.core.inventory().addHost("a", "standard", Map.of("path", machines.toString()));
        server.addVault("v", folder.resolve("vault"), VaultRequest.Access.CREATE);
        version = server.succeed("version", "backup", List.of("a/m"), Map.of("vault", "v", "validate", "false"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private JobRun test(String... more) throws Exception {
        return server.run("boot-test", List.of(), options(more));
    }

    private Map<String, String> options(String... more) {
        Map<String, String> options = new HashMap<>(Map.of("version", version));
        for (int i = 0; i < more.length; i += 2) {
            options.put(more[i], more[i + 1]);
        }
        return options;
    }

    private Optional<BootTest> noted() throws Exception {
        return server.core.vaults().version(version).bootTest();
    }

    private void assertOnlyTheOriginalIsThere() throws Exception {
        try (Stream<Path> left = Files.list(machines)) {
            assertEquals(
                    List.of("m"),
                    left.map(p -> p.getFileName().toString())
                            .filter(n -> !n.startsWith("."))
                            .toList());
        }
    }

    @Test
    void aVersionIsStartedAloneAndRemoved() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        hypervisor.guest = () -> new GuestState(true, asked.incrementAndGet() == 3, "Toy 1.0");
        JobRun run = test();
        assertEquals(JobState.SUCCEEDED, run.state(), run.outcome());
        assertTrue(run.outcome().contains("(Toy 1.0)"), run.outcome());
        assertTrue(
                server.core.jobs().tasks(run.id()).get(0).results().get("boot").contains("its guest reported"));
        RestoreRequest request = hypervisor.restores.get(0);
        assertTrue(request.isolated());
        assertTrue(request.name().startsWith("doppel-boot-test-" + run.id()), request.name());
        assertEquals(List.of(request.name()), hypervisor.started);
        assertOnlyTheOriginalIsThere();
        assertEquals(List.of(), server.core.vaults().holds("v"));
        BootTest noted = noted().orElseThrow();
        assertTrue(noted.started());
        assertTrue(noted.said().contains("(Toy 1.0)"), noted.said());
        assertTrue(noted.at().isAfter(run.submitted()), noted.toString());
        server.core.vaults().rebuildCatalogue("v");
        assertEquals(Optional.of(noted), noted());
    }

    @Test
    void aGuestThatStaysSilentOrGoesOffFailsTheTest() throws Exception {
        assertEquals(Optional.empty(), noted());
        hypervisor.guest = () -> new GuestState(true, false, "");
        JobRun silent = test("wait", "1s");
        assertEquals(JobError.BOOT.id(), silent.errorCode(), silent.outcome());
        assertOnlyTheOriginalIsThere();
        hypervisor.guest = () -> new GuestState(false, false, "");
        JobRun off = test();
        assertEquals(JobError.BOOT.id(), off.errorCode(), off.outcome());
        assertTrue(off.outcome().contains("went off by itself"), off.outcome());
        BootTest noted = noted().orElseThrow();
        assertFalse(noted.started());
        assertTrue(noted.said().contains("went off by itself"), noted.said());
        assertOnlyTheOriginalIsThere();
        hypervisor.guest = () -> {
            throw new DoppelException(CommonError.IO, "the host does not answer");
        };
        assertEquals(CommonError.IO.id(), test().errorCode());
        assertEquals(Optional.of(noted), noted(), "what the host does says nothing of the version");
        assertOnlyTheOriginalIsThere();
    }

    @Test
    void whoCancelsLeavesNoMachine() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        hypervisor.guest = () -> {
            running.countDown();
            return new GuestState(true, false, "");
        };
        JobRun run = server.core.jobs().submit(new JobDefinition("", "boot-test", List.of(), options()));
        running.await();
        server.core.jobs().cancel(run.id());
        assertEquals(JobState.CANCELLED, server.core.jobs().await(run.id()).state());
        assertEquals(Optional.empty(), noted());
        assertOnlyTheOriginalIsThere();
    }

    @Test
    void aHostThatCannotStartMachinesIsLeftAlone() throws Exception {
        server.core.inventory().addHost("f", "folder", Map.of("path", machines.toString()));
        JobRun run = test("host", "f");
        assertEquals(CommonError.UNSUPPORTED.id(), run.errorCode(), run.outcome());
        assertOnlyTheOriginalIsThere();
    }
}
