package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.retention.RetentionReason;
import io.doppel.api.retention.RetentionScope;
import io.doppel.api.vault.HoldView;
import io.doppel.api.vault.VaultRequest;
import io.doppel.vault.Hold;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultOwner;
import io.doppel.vault.internal.meta.Holds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Holds of restores and of people, through a whole server. */
@Timeout(120)
class HoldsTest {
    @TempDir
    Path folder;

    private Server server;
    private String old;
    private String young;

    @BeforeEach
    void start() throws Exception {
        Path machine = Files.createDirectories(folder.resolve("machines").resolve("m"));
        byte[] disk = new byte[8 << 20];
        new Random(1).nextBytes(disk);
        Files.write(machine.resolve("disk.img"), disk);
        server = new Server(folder.resolve("state"));
        server.addVault("v", folder.resolve("vault"), VaultRequest.Access.CREATE);
        server.core
                .inventory()
                .addHost(
                        "h", "folder", Map.of("path", folder.resolve("machines").toString()));
        old = backup();
        young = backup();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String backup() throws Exception {
        return server.succeed("version", "backup", List.of("h/m"), Map.of("vault", "v"));
    }

    private List<HoldView> holds() throws DoppelException {
        return server.core.vaults().holds("v");
    }

    private void refused(String version) {
        DoppelException e = assertThrows(
                DoppelException.class, () -> server.core.retention().remove(List.of(version), true));
        assertTrue(e.is(VaultError.ON_HOLD), e.getMessage());
    }

    /** A restore that takes long. */
    private JobRun slowRestore(Server where) throws Exception {
        JobRun run = where.core
                .jobs()
                .submit(new JobDefinition(
                        "", "restore", List.of(), Map.of("version", old, "name", "slow", "rate", "65536")));
        while (where.core.vaults().holds("v").isEmpty()) {
            assertTrue(
                    where.core.jobs().run(run.id()).state().compareTo(JobState.RUNNING) <= 0,
                    () -> "it ended without a hold");
            Thread.onSpinWait();
        }
        return run;
    }

    @Test
    void aRestoreHoldsItsVersionUntilItIsCancelled() throws Exception {
        JobRun run = slowRestore(server);
        HoldView hold = holds().get(0);
        assertEquals(old, hold.versionId());
        assertEquals("restore, run " + run.id(), hold.purpose());
        refused(old);
        server.core.jobs().cancel(run.id());
        assertEquals(JobState.CANCELLED, server.core.jobs().await(run.id()).state());
        assertEquals(List.of(), holds());
        server.core.retention().remove(List.of(old), true);
    }

    @Test
    void aRestoreThatFailsOrSucceedsLeavesNoHold() throws Exception {
        server.succeed("machine", "restore", List.of(), Map.of("version", old, "name", "again"));
        assertEquals(List.of(), holds());
        JobRun failed = server.run("restore", List.of(), Map.of("version", old, "name", "again"));
        assertEquals(JobState.FAILED, failed.state());
        assertEquals(List.of(), holds());
    }

    @Test
    void aServerThatIsAttachedForReadingIsHonoured() throws Exception {
        try (Server reader = new Server(folder.resolve("reader"))) {
            reader.addVault("v", folder.resolve("vault"), VaultRequest.Access.READ_ONLY);
            reader.core
                    .inventory()
                    .addHost(
                            "h",
                            "folder",
                            Map.of("path", folder.resolve("machines").toString()));
            JobRun run = slowRestore(reader);
            refused(old);
            reader.core.jobs().cancel(run.id());
            reader.core.jobs().await(run.id());
            server.core.retention().remove(List.of(old), true);
        }
    }

    @Test
    void whatAPersonHoldsIsKeptByRetentionAndPurgeAlsoAfterARestart() throws Exception {
        HoldView hold = server.core.vaults().addHold(old.substring(0, 20), " case 17 ");
        assertEquals("case 17", hold.purpose());
        server.core.retention().setPolicy(RetentionScope.ofVault("v"), Map.of("keep-last", "1"));
        server.close();
        server = new Server(folder.resolve("state"));
        RetentionReason reason = server.core
                .retention()
                .preview("v", Optional.empty())
                .machines()
                .get(0)
                .versions()
                .get(1)
                .reasons()
                .get(0);
        assertEquals(RetentionReason.Code.HELD, reason.code());
        assertTrue(reason.text().contains("case 17"), reason.text());
        assertEquals("1", server.succeed("held", "purge", List.of(), Map.of("vault", "v")));
        refused(old);
        assertEquals(
                2,
                server.core
                        .vaults()
                        .versions(Optional.of("v"), Optional.empty())
                        .size());
        server.core.vaults().removeHold("v", hold.id().substring(0, 8));
        assertEquals("1", server.succeed("dropped", "purge", List.of(), Map.of("vault", "v")));
        assertEquals(
                young,
                server.core
                        .vaults()
                        .versions(Optional.of("v"), Optional.empty())
                        .get(0)
                        .id());
    }

    @Test
    void aHoldThatCannotBeReadKeepsEverythingAndThePurgeSaysSo() throws Exception {
        HoldView hold = server.core.vaults().addHold(young, "case 17");
        Path object = folder.resolve("vault").resolve(Holds.name(hold.id()));
        Files.write(object, new byte[99]);
        server.core.retention().setPolicy(RetentionScope.ofVault("v"), Map.of("keep-last", "1"));
        server.close();
        server = new Server(folder.resolve("state"));
        JobRun run = server.run("purge", List.of(), Map.of("vault", "v"));
        assertEquals(JobState.WARNING, run.state());
        String log = server.logOf(run);
        assertTrue(log.contains(Holds.name(hold.id())) && log.contains("hold-remove"), log);
        refused(old);
        assertEquals(
                2,
                server.core
                        .vaults()
                        .versions(Optional.of("v"), Optional.empty())
                        .size());
        assertTrue(server.core.vaults().removeHold("v", hold.id()).problem().contains("damaged"));
        assertEquals("1", server.succeed("dropped", "purge", List.of(), Map.of("vault", "v")));
    }

    @Test
    void whatARestartEndedIsNoHoldAnyMore() throws Exception {
        server.core.vaults().addHold(young, "case 17");
        server.close();
        String installation = Files.readString(folder.resolve("state").resolve("installation-id"))
                .strip();
        Path elsewhere = folder.resolve("elsewhere");
        VaultOwner before = new VaultOwner(installation, "before");
        try (var storage = server.storage.open(
                        server.storage
                                .settings()
                                .parse(Map.of("path", folder.resolve("vault").toString())),
                        null);
                Vault vault = Vault.open(
                        storage, elsewhere, before, VaultAccess.READ_ONLY, Server.PASSPHRASE.toCharArray())) {
            Hold died = vault.holds().forRun(old, "restore");
            Path object = folder.resolve("vault").resolve(Holds.name(died.id()));
            byte[] content = Files.readAllBytes(object);
            died.close();
            Files.write(object, content);
        }
        server = new Server(folder.resolve("state"));
        assertEquals(List.of("case 17"), holds().stream().map(HoldView::purpose).toList());
    }
}
