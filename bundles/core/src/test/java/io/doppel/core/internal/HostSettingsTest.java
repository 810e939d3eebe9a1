package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;
import io.doppel.api.inventory.HostView;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.job.MachinePlan;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.Settings;
import io.doppel.api.tls.PeerCertificate;
import io.doppel.api.vault.VaultRequest;
import io.doppel.core.JobError;
import io.doppel.spi.hypervisor.BaseToken;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Hosts with an address, a password, certificates and a memory. */
class HostSettingsTest {

    @TempDir
    Path folder;

    private final PoolHypervisor pool = new PoolHypervisor();
    private Server server;
    private Path machines;

    @BeforeEach
    void start() throws Exception {
        machines = Files.createDirectory(folder.resolve("machines"));
        server = new Server(folder.resolve("state"));
        server.plugins.hypervisors().add(pool);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void add() throws Exception {
        server.core.inventory().addHost("p", "pool", settings());
    }

    private Map<String, String> settings() {
        return Map.of(
                "path",
                machines.toString(),
                "address",
                "h1",
                "password",
                "secret 1",
                "fingerprint",
                PoolHypervisor.SHOWN);
    }

    private HostView change(String... pairs) throws Exception {
        Map<String, String> changes = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            changes.put(pairs[i], pairs[i + 1]);
        }
        return server.core.inventory().changeHost("p", changes);
    }

    private static void refused(ErrorCode code, Executable call) {
        assertEquals(code, assertThrows(DoppelException.class, call).code());
    }

    private String last() {
        return pool.connections.get(pool.connections.size() - 1);
    }

    private void restart() throws Exception {
        server.close();
        server = new Server(folder.resolve("state"));
        server.plugins.hypervisors().add(pool);
    }

    @Test
    void certificatesAreShownUntilTheyAreConfirmed() throws Exception {
        Map<String, String> open = Map.of("path", machines.toString(), "address", "h1", "password", "secret 1");
        List<PeerCertificate> shown = server.core.inventory().unconfirmed("pool", open);
        assertEquals(PoolHypervisor.SHOWN, shown.get(0).fingerprint().text());
        assertEquals(List.of(), pool.connections);
        assertEquals(List.of(), server.core.inventory().unconfirmed("pool", settings()));
        Map<String, String> typed =
                Map.of("path", machines.toString(), "address", "h1", "fingerprint", PoolHypervisor.SHOWN.toLowerCase());
        assertEquals(List.of(), server.core.inventory().unconfirmed("pool", typed));
        refused(
                CommonError.BAD_SETTING,
                () -> server.core
                        .inventory()
                        .unconfirmed("pool", Map.of("path", "/x", "address", "h1", "fingerprint", "12")));
        refused(CommonError.UNCONFIRMED, () -> server.core.inventory().addHost("p", "pool", open));
        assertEquals(List.of(), server.core.inventory().hosts());
    }

    @Test
    void anotherAddressGetsNoSecretAndNoMemoryOfTheOldOne() throws Exception {
        add();
        assertEquals("h1 secret 1 none", last());
        change("note", "x");
        assertEquals("h1 secret 1 of h1", last());
        int before = pool.connections.size();
        refused(CommonError.MISSING_SETTING, () -> change("address", "h2"));
        assertEquals(before, pool.connections.size());
        change("address", "h2", "password", "secret 2");
        assertEquals("h2 secret 2 none", last());
        restart();
        server.core.inventory().machines(Optional.empty());
        assertEquals("h2 secret 2 of h2", last());
    }

    @Test
    void aChangeThatFailsChangesNothing() throws Exception {
        add();
        refused(CommonError.IO, () -> change("address", "nowhere", "password", "secret 2", "note", "n"));
        refused(CommonError.UNKNOWN_SETTING, () -> change("colour", "red"));
        refused(CommonError.MISSING_SETTING, () -> change("address", ""));
        restart();
        server.core.inventory().machines(Optional.empty());
        assertEquals("h1 secret 1 of h1", last());
        assertEquals("h1", server.core.inventory().hosts().get(0).settings().get("address"));
        assertTrue(kept(0));
        assertFalse(kept(1), "of the change that failed");
    }

    @Test
    void secretsThatAreNotNeededAnyMoreAreForgotten() throws Exception {
        add();
        change("password", "secret 2");
        assertEquals("h1 secret 2 of h1", last());
        assertFalse(kept(0));
        change("note", "n");
        change("note", "");
        assertFalse(server.core.inventory().hosts().get(0).settings().containsKey("note"));
        assertTrue(kept(pool.secrets.size() - 1));
        server.core.inventory().removeHost("p");
        assertFalse(kept(pool.secrets.size() - 1));
        add();
        assertEquals("h1 secret 1 none", last());
    }

    private boolean kept(int connection) {
        try {
            return server.core.secrets().get(pool.secrets.get(connection)).length > 0;
        } catch (DoppelException e) {
            return false;
        }
    }

    @Test
    void optionsOfTheTypeAreCheckedAndReachTheHost() throws Exception {
        Files.write(Files.createDirectory(machines.resolve("m")).resolve("disk.img"), new byte[1 << 20]);
        add();
        server.addVault("v", folder.resolve("v"), VaultRequest.Access.CREATE);
        String both = Settings.joined(List.of("areas=a,b=c", "quiesce=true"));
        String version = server.succeed(
                "version", "backup", List.of("p/m"), Map.of("vault", "v", "validate", "false", "host-options", both));
        assertEquals(
                Map.of("areas", "a,b=c", "quiesce", "true"),
                pool.snapshots.get(0).options());
        server.succeed(
                "machine",
                "restore",
                List.of(),
                Map.of("version", version, "name", "n", "host-options", "networks=a=b\\,c=d"));
        assertEquals(Map.of("networks", "a=b,c=d"), pool.restores.get(0).options());
        server.succeed(
                "machine",
                "restore",
                List.of(),
                Map.of("version", version, "name", "o", "host-options", " suffix=\" (a\\, b) \" "));
        assertEquals(Map.of("suffix", " (a, b) "), pool.restores.get(1).options());
        for (String wrong : List.of("colour=red", "quiesce=perhaps", "quiesce", "quiesce=true,quiesce=true")) {
            JobRun run = server.run(
                    "backup", List.of("p/m"), Map.of("vault", "v", "validate", "false", "host-options", wrong));
            assertEquals(JobState.FAILED, run.state(), wrong);
            assertTrue(!wrong.contains("colour") || run.outcome().contains("areas, quiesce"), run.outcome());
        }
        assertEquals(1, pool.snapshots.size());
        server.core.inventory().addHost("f", "folder", Map.of("path", machines.toString()));
        JobRun none = server.run(
                "backup", List.of("f/m"), Map.of("vault", "v", "validate", "false", "host-options", "quiesce=true"));
        assertTrue(none.outcome().contains("'f' has no options"), none.outcome());
        assertEquals(
                "[quiesce, areas]",
                server.core.inventory().hostOptions().get("pool").get("backup").fields().stream()
                        .map(SettingField::name)
                        .toList()
                        .toString());
    }

    @Test
    void excludedDisksAreLeftOutUnlessTheyAreNamed() throws Exception {
        Path machine = Files.createDirectory(machines.resolve("m"));
        Files.write(machine.resolve("disk.img"), new byte[1 << 20]);
        Files.write(machine.resolve("NOBAK.img"), new byte[1 << 20]);
        add();
        server.addVault("v", folder.resolve("v"), VaultRequest.Access.CREATE);
        Map<String, String> options = Map.of("vault", "v", "validate", "false");
        MachinePlan.Disk left =
                server
                        .core
                        .jobs()
                        .preview(new JobDefinition("", "backup", List.of("p/m"), options))
                        .get(0)
                        .disks()
                        .stream()
                        .filter(d -> !d.taken())
                        .findFirst()
                        .orElseThrow();
        assertEquals("NOBAK is in its name", left.reason());
        JobRun run = server.run("backup", List.of("p/m"), options);
        assertEquals(JobState.SUCCEEDED, run.state(), run.outcome());
        assertTrue(server.logOf(run).contains("'" + left.key() + "' (NOBAK.img) is left out: NOBAK is in its name"));
        assertEquals(
                1,
                server.core
                        .vaults()
                        .versions(Optional.empty(), Optional.empty())
                        .get(0)
                        .disks());
        server.succeed(
                "version", "backup", List.of("p/m"), Map.of("vault", "v", "validate", "false", "disks", left.key()));
        assertEquals(Set.of(left.key()), pool.snapshots.get(1).diskKeys());
        Files.delete(machine.resolve("disk.img"));
        assertEquals(
                JobError.NO_DISKS.id(),
                server.run("backup", List.of("p/m"), options).errorCode());
        assertEquals(2, pool.snapshots.size());
    }

    @Test
    void aSweepIsToldOfEveryBaseOfItsHost() throws Exception {
        Files.write(Files.createDirectory(machines.resolve("m")).resolve("disk.img"), new byte[1 << 20]);
        TrackingHypervisor tracking = new TrackingHypervisor(pool);
        server.plugins.hypervisors().add(tracking);
        server.core.inventory().addHost("p", "tracking", settings());
        for (String vault : List.of("v1", "v2")) {
            server.addVault(vault, folder.resolve(vault), VaultRequest.Access.CREATE);
            assertEquals(
                    JobState.SUCCEEDED,
                    server.run("backup", List.of("p/m"), Map.of("vault", vault, "validate", "false"))
                            .state());
        }
        server.run("backup", List.of("p/m"), Map.of("vault", "v1", "validate", "false"));
        assertEquals(
                server.core.vaults().vaults().stream().map(v -> v.id()).collect(Collectors.toSet()),
                pool.wanted.stream().map(BaseToken::consumer).collect(Collectors.toSet()));
    }
}
