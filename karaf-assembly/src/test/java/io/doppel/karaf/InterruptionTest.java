package io.doppel.karaf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup that is cancelled, or whose server is killed: it ends, leaves nothing half, and the next one reuses what it stored. */
class InterruptionTest {
    private static final int IMAGE = 192 << 20;
    /** What is in a pack that is not full yet when the server is killed is stored again. */
    private static final int PACK = 64 << 20;

    @TempDir
    Path folder;

    private Path machines;
    private Path image;
    private Server server;
    private Shell shell;

    @BeforeEach
    void start() throws Exception {
        machines = Files.createDirectory(folder.resolve("machines"));
        image = Files.createDirectory(machines.resolve("m")).resolve("disk.img");
        byte[] content = new byte[IMAGE];
        new Random(4).nextBytes(content);
        Files.write(image, content);
        server = Server.unpack(folder);
        shell = new Shell(server);
        server.doppel("start").mustSucceed();
        shell.succeed("doppel:host-add", "folder", "--name", "h", "--set", "path=" + machines);
        shell.succeed(
                "doppel:vault-add", "local", "--name", "v", "--set", "path=" + folder.resolve("v"), "--no-passphrase");
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void aBackupIsCancelledAtOnce() throws Exception {
        String run = startSlowBackup("32M", 48 << 20);
        shell.succeed("doppel:job-cancel", run);
        JsonNode ended = shell.run(run);
        assertEquals("CANCELLED", ended.path("state").asText(), ended::toString);
        Duration taken = Duration.between(
                toldToStop(run), Instant.parse(ended.path("ended").asText()));
        assertTrue(taken.toMillis() < 5000, () -> "cancelled only after " + taken);
        shell.fail("DPL-SHL-0009", "doppel:job-watch", run);
        nothingHalf();
        // All that was read but the chunks that were just on their way.
        theNextOneReuses(run, Shell.read(ended) - (8 << 20));
    }

    /** When the server was asked; the shell's own start takes longer than that. */
    private Instant toldToStop(String run) throws Exception {
        for (JsonNode line : shell.ask("doppel:job-log", run)) {
            if (line.path("text").asText().startsWith("Told to stop")) {
                return Instant.parse(line.path("at").asText());
            }
        }
        throw new AssertionError("The log does not say when run " + run + " was told to stop");
    }

    @Test
    void aKilledServerClosesItsRunsAtTheNextStart() throws Exception {
        String run = startSlowBackup("64M", 150 << 20);
        long stored = packBytes();
        assertTrue(stored >= PACK, () -> "no pack is finished yet: " + stored);
        ProcessHandle process = ProcessHandle.of(server.pid()).orElseThrow();
        process.destroyForcibly();
        Programs.awaitDeath(process.pid());
        server.doppel("start").mustSucceed();

        JsonNode ended = shell.run(run);
        assertEquals("INTERRUPTED", ended.path("state").asText(), ended::toString);
        assertEquals("DPL-JOB-0007", ended.path("errorCode").asText(), ended::toString);
        nothingHalf();
        theNextOneReuses(run, PACK - (1 << 20));
    }

    /** The server ends its runs and closes its vaults before the plug-ins that both need are gone. */
    @Test
    void aStoppedServerInterruptsItsRunsAndAnotherOneAttachesItsVault() throws Exception {
        Path key = folder.resolve("recovery-key");
        shell.succeed("doppel:key-export", "v", "--file", key.toString());
        String run = startSlowBackup("16M", 48 << 20);
        server.doppel("stop").mustSucceed();
        String log = server.log();
        assertFalse(log.contains("The lease of vault"), log);

        Server other = Server.unpack(Files.createDirectory(folder.resolve("other")));
        other.doppel("start").mustSucceed();
        Shell there = new Shell(other);
        there.succeed(
                "doppel:vault-add",
                "local",
                "--name",
                "v",
                "--set",
                "path=" + folder.resolve("v"),
                "--attach",
                "--passphrase-file",
                key.toString());
        other.close();

        server.doppel("start").mustSucceed();
        JsonNode ended = shell.run(run);
        assertEquals("DPL-JOB-0007", ended.path("errorCode").asText(), ended::toString);
    }

    private String startSlowBackup(String rate, long read) throws Exception {
        String run = shell.start("doppel:backup", "h/m", "--vault", "v", "--set", "rate=" + rate);
        JsonNode now = shell.await(run, r -> Shell.read(r) >= read);
        assertEquals("RUNNING", now.path("state").asText(), now::toString);
        return run;
    }

    private void nothingHalf() throws Exception {
        assertEquals(0, shell.ask("doppel:version-list").size());
        try (Stream<Path> all = Files.walk(machines)) {
            assertEquals(
                    List.of(machines, image.getParent(), image), all.sorted().toList());
        }
    }

    private void theNextOneReuses(String run, long atLeast) throws Exception {
        JsonNode retried = shell.ask("doppel:job-retry", run);
        long stored = retried.at("/run/progress/stored").asLong();
        assertTrue(IMAGE - stored >= atLeast, () -> "reused only " + (IMAGE - stored) + " of " + atLeast + " bytes");
        String version = retried.at("/tasks/0/results/version").asText();
        shell.succeed("doppel:restore", version, "--name", "restored");
        assertEquals(-1, Files.mismatch(image, machines.resolve("restored/disk.img")));
        shell.succeed("doppel:validate");
    }

    /** Bytes of the packs of chunks that are finished. */
    private long packBytes() throws Exception {
        try (Stream<Path> all = Files.walk(folder.resolve("v/data"))) {
            return all.filter(p -> p.getFileName().toString().matches("[0-9a-f]{32}"))
                    .mapToLong(p -> p.toFile().length())
                    .sum();
        }
    }
}
