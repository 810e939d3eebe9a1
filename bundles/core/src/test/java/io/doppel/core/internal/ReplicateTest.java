package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.job.JobTask;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole machines from host to host. */
class ReplicateTest {
    @TempDir
    Path folder;

    private final StandardHypervisor hypervisor = new StandardHypervisor();
    private final byte[] content = new byte[3 << 20];
    private Server server;
    private Path other;

    @BeforeEach
    void start() throws Exception {
        new Random(3).nextBytes(content);
        Path machines = Files.createDirectory(folder.resolve("machines"));
        other = Files.createDirectory(folder.resolve("other"));
        Files.write(Files.createDirectory(machines.resolve("m")).resolve("disk.img"), content);
        server = new Server(folder.resolve("state"));
        server.plugins.hypervisors().add(hypervisor);
        server.core.inventory().addHost("a", "standard", Map.of("path", machines.toString()));
        server.core.inventory().addHost("b", "standard", Map.of("path", other.toString()));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private JobRun replicate(String... more) throws Exception {
        return server.run("replicate", List.of("a/m"), options(more));
    }

    private static Map<String, String> options(String... more) {
        Map<String, String> options = new HashMap<>(Map.of("to", "b"));
        for (int i = 0; i < more.length; i += 2) {
            options.put(more[i], more[i + 1]);
        }
        return options;
    }

    private void assertNothingLeft() throws Exception {
        assertEquals(0, hypervisor.snapshots.get());
        try (Stream<Path> left = Files.list(other)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void aMachineIsCopiedWithNameAndOptions() throws Exception {
        JobRun run = replicate("name", "copy of {machine}", "host-options", "storage=fast");
        assertEquals(JobState.SUCCEEDED, run.state(), run.outcome());
        List<JobTask> tasks = server.core.jobs().tasks(run.id());
        assertEquals("b/copy of m", tasks.get(0).results().get("machine"));
        assertArrayEquals(content, Files.readAllBytes(other.resolve("copy of m").resolve("disk.img")));
        assertEquals(List.of(Map.of("storage", "fast")), hypervisor.received);
        assertEquals(0, hypervisor.snapshots.get());
        assertTrue(tasks.stream().anyMatch(t -> t.name().equals("Snapshot") && t.state() == JobState.SUCCEEDED));
        assertEquals(content.length, run.progress().read());
        assertTrue(server.logOf(run).contains("a snapshot of m"));
    }

    @Test
    void aSenderThatFailsAtItsVeryEndLeavesNoMachine() throws Exception {
        hypervisor.atEnd = () -> {
            throw new DoppelException(CommonError.UNSUPPORTED, "the export failed after its last byte");
        };
        JobRun run = replicate();
        assertEquals(JobState.FAILED, run.state());
        assertEquals(CommonError.UNSUPPORTED.id(), run.errorCode(), run.outcome());
        assertNothingLeft();
    }

    @Test
    void aReceiverThatStopsHalfwayIsNotBelieved() throws Exception {
        hypervisor.readsToEnd = false;
        JobRun run = replicate();
        assertEquals(JobState.FAILED, run.state());
        assertTrue(run.outcome().contains("without reading all of it"), run.outcome());
        assertNothingLeft();
    }

    @Test
    void whoCancelsLeavesNothing() throws Exception {
        CountDownLatch halfway = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        hypervisor.troubleAt = content.length / 2;
        hypervisor.trouble = () -> {
            halfway.countDown();
            try {
                cancelled.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        };
        JobRun run = server.core.jobs().submit(new JobDefinition("", "replicate", List.of("a/m"), options()));
        halfway.await();
        server.core.jobs().cancel(run.id());
        cancelled.countDown();
        assertEquals(JobState.CANCELLED, server.core.jobs().await(run.id()).state());
        assertNothingLeft();
    }

    @Test
    void aDryRunTellsTheOptionsAndCopiesNothing() throws Exception {
        JobRun run = replicate("dry-run", "true");
        assertEquals(JobState.SUCCEEDED, run.state(), run.outcome());
        assertTrue(server.logOf(run).contains("Option storage: Where disks go"), server.logOf(run));
        assertNothingLeft();
        assertEquals(List.of(), hypervisor.received);
    }

    @Test
    void whatDoesNotFitIsRefusedBeforeASnapshot() throws Exception {
        JobRun wrong = replicate("host-options", "colour=red");
        assertEquals(CommonError.UNKNOWN_SETTING.id(), wrong.errorCode());
        assertTrue(wrong.outcome().contains("storage"), wrong.outcome());
        hypervisor.format = "another";
        assertEquals(CommonError.UNSUPPORTED.id(), replicate().errorCode());
        server.core.inventory().addHost("f", "folder", Map.of("path", other.toString()));
        JobRun cannot = replicate("to", "f");
        assertEquals(CommonError.UNSUPPORTED.id(), cannot.errorCode());
        assertFalse(server.logOf(cannot).contains("a snapshot of m"));
        assertEquals(CommonError.NOT_FOUND.id(), replicate("to", "nowhere").errorCode());
        assertNothingLeft();
    }
}
