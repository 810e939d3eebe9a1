package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.vault.VaultRequest;
import io.doppel.core.JobError;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server killed in the middle of a backup. */
class CrashTest {
    private static final int IMAGE = 96 << 20;

    @TempDir
    Path folder;

    @Test
    void runsAreClosedAndTheNextBackupGoesOn() throws Exception {
        Path machines = Files.createDirectory(folder.resolve("machines"));
        Path image = Files.createDirectory(machines.resolve("m")).resolve("disk.img");
        byte[] content = new byte[IMAGE];
        new Random(3).nextBytes(content);
        Files.write(image, content);
        Path state = folder.resolve("state");
        try (Server server = new Server(state)) {
            server.addVault("v", folder.resolve("vault"), VaultRequest.Access.CREATE);
            server.core.inventory().addHost("h", "folder", Map.of("path", machines.toString()));
        }
        for (int round = 0; round < 3; round++) {
            long id = startAndKill(state, 1500 + 700L * round);
            try (Server server = new Server(state)) {
                JobRun run = server.core.jobs().run(id);
                assertEquals(JobState.INTERRUPTED, run.state());
                assertEquals(JobError.INTERRUPTED.id(), run.errorCode());
                assertTrue(server.logOf(run).contains("The server ended in the middle of this run"));
                assertTrue(server.core.jobs().tasks(id).stream()
                        .filter(t -> !t.name().equals("Snapshot"))
                        .allMatch(t -> t.state() == JobState.INTERRUPTED));
                assertEquals(
                        0,
                        server.core
                                .vaults()
                                .versions(Optional.empty(), Optional.empty())
                                .size());
            }
        }
        try (Server server = new Server(state)) {
            long last = server.core.jobs().runs(1).get(0).id();
            Set<Path> packs = packs();
            long kept = Long.parseLong(server.succeed("kept", "purge", List.of(), Map.of("vault", "v")));
            assertEquals(packs, packs(), "a purge leaves to the next backup what the killed ones stored");
            assertEquals(!packs.isEmpty(), kept > 0);
            JobRun retried = server.core
                    .jobs()
                    .await(server.core.jobs().retryFailed(last).id());
            assertEquals(JobState.SUCCEEDED, retried.state(), retried.outcome());
            assertEquals(last + 2, retried.id(), "the purge came in between");
            String version =
                    server.core.jobs().tasks(retried.id()).get(0).results().get("version");
            server.succeed("", "restore", List.of(), Map.of("version", version, "name", "r"));
            assertArrayEquals(content, Files.readAllBytes(machines.resolve("r/disk.img")));
            server.succeed("", "validate", List.of(), Map.of());
        }
    }

    private Set<Path> packs() throws IOException {
        Path data = folder.resolve("vault/data");
        if (!Files.exists(data)) {
            return Set.of();
        }
        try (Stream<Path> all = Files.walk(data)) {
            return all.filter(Files::isRegularFile).collect(Collectors.toSet());
        }
    }

    private static long startAndKill(Path state, long afterMillis) throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashChild.class.getName(),
                        state.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out = new BufferedReader(new InputStreamReader(child.getInputStream()))) {
            String line = out.readLine();
            long id = Long.parseLong(line.substring("run ".length()));
            assertTrue(!child.waitFor(afterMillis, TimeUnit.MILLISECONDS), "ended before it was killed");
            return id;
        } finally {
            child.destroyForcibly().waitFor();
        }
    }
}
