package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.job.JobTask;
import io.doppel.api.job.MachinePlan;
import io.doppel.api.retention.RetentionScope;
import io.doppel.api.retention.VaultRole;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.settings.Settings;
import io.doppel.api.vault.VaultRequest;
import io.doppel.api.vault.VersionOrigin;
import io.doppel.api.vault.VersionView;
import io.doppel.core.JobError;
import io.doppel.hypervisor.folder.internal.FolderHypervisor;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageType;
import io.doppel.storage.local.internal.LocalStorageType;
import io.doppel.vault.VaultError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole vault jobs between two vaults in folders. */
@Timeout(180)
class VaultJobTest {
    private static final int MIB = 1 << 20;
    private static final int IMAGE = 6 * MIB;

    private final Random random = new Random(3);
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch mayGoOn = new CountDownLatch(1);

    /** Bytes of packs that the offsite target takes before whoever writes has to wait. */
    private final AtomicLong untilHalt = new AtomicLong(Long.MAX_VALUE);

    @TempDir
    Path folder;

    private Path machines;
    private Server server;

    @BeforeEach
    void start() throws Exception {
        machines = Files.createDirectory(folder.resolve("machines"));
        for (String machine : List.of("db", "web")) {
            Files.createDirectory(machines.resolve(machine));
            Files.write(image(machine), noise(IMAGE));
        }
        LocalStorageType local = new LocalStorageType();
        StorageType type = Interposed.over(
                StorageType.class,
                local,
                (method, arguments) -> method.equals("open")
                        ? halting(local.open((Settings) arguments[0], (SecretStore) arguments[1]))
                        : null);
        server = new Server(folder.resolve("state"), new FolderHypervisor(), type);
        addVault(server, "on", "onsite", VaultRequest.Access.CREATE, Optional.empty());
        addVault(server, "off", "offsite", VaultRequest.Access.CREATE, Optional.of("on"));
        server.core.inventory().addHost("h", "folder", Map.of("path", machines.toString()));
    }

    @AfterEach
    void stop() {
        mayGoOn.countDown();
        server.close();
    }

    private Storage halting(Storage real) {
        return Interposed.over(Storage.class, real, (method, arguments) -> {
            if (!method.equals("put") || !((String) arguments[0]).startsWith("data/")) {
                return null;
            }
            ObjectWriter writer = real.put((String) arguments[0]);
            return Interposed.over(ObjectWriter.class, writer, (what, given) -> {
                if (what.equals("write") && untilHalt.addAndGet(-(int) given[2]) < 0) {
                    reached.countDown();
                    mayGoOn.await();
                }
                return null;
            });
        });
    }

    private void addVault(Server on, String name, String place, VaultRequest.Access access, Optional<String> domainOf)
            throws DoppelException {
        on.addVault(name, folder.resolve(place), access, domainOf);
    }

    private Path image(String machine) {
        return machines.resolve(machine).resolve("disk.img");
    }

    private byte[] noise(int bytes) {
        byte[] all = new byte[bytes];
        random.nextBytes(all);
        return all;
    }

    private void change(String machine) throws IOException {
        byte[] all = Files.readAllBytes(image(machine));
        System.arraycopy(noise(MIB / 2), 0, all, 2 * MIB, MIB / 2);
        Files.write(image(machine), all, StandardOpenOption.TRUNCATE_EXISTING);
    }

    private String backup(String machine) throws Exception {
        return server.succeed("version", "backup", List.of("h/" + machine), Map.of("vault", "on", "validate", "false"));
    }

    private JobRun copy(Server on, List<String> which, String... more) throws Exception {
        Map<String, String> options = new HashMap<>(Map.of("vault", "on", "offsite", "off"));
        for (int i = 0; i < more.length; i += 2) {
            options.put(more[i], more[i + 1]);
        }
        return on.run("vault", which, options);
    }

    private Map<String, String> copied(String... more) throws Exception {
        JobRun run = copy(server, List.of("*"), more);
        assertEquals(JobState.SUCCEEDED, run.state(), run.outcome() + "\n" + server.logOf(run));
        Map<String, String> sums = new HashMap<>();
        for (JobTask task : server.core.jobs().tasks(run.id())) {
            if (task.parentId().isEmpty()) {
                task.results().forEach((name, value) -> {
                    if (!name.equals("selection")) {
                        sums.merge(name, value, (a, b) -> Long.toString(Long.parseLong(a) + Long.parseLong(b)));
                    }
                });
            }
        }
        return sums;
    }

    private static List<VersionView> versions(Server on, String vault) {
        return on.core.vaults().versions(Optional.of(vault), Optional.empty());
    }

    private static List<String> origins(Server on, String vault) {
        return versions(on, vault).stream()
                .map(v -> v.origin().map(VersionOrigin::versionId).orElse("own " + v.id()))
                .sorted()
                .toList();
    }

    @Test
    void whatIsMissingIsCopiedOnceAndRestoresBitByBit() throws Exception {
        List<String> all = new ArrayList<>(List.of(backup("web"), backup("db")));
        Map<String, String> first = copied();
        assertEquals("2", first.get("copied"));
        assertTrue(Long.parseLong(first.get("sent")) > 2 * IMAGE, first.toString());
        change("web");
        all.add(backup("web"));
        Map<String, String> second = copied();
        assertEquals("1", second.get("copied"));
        long sent = Long.parseLong(second.get("sent"));
        assertTrue(sent > MIB / 2 && sent < 2 * MIB, second.toString());
        assertTrue(Long.parseLong(second.get("skipped")) > IMAGE - 2 * MIB, second.toString());
        Map<String, String> third = copied();
        assertEquals("0", third.get("copied"));
        assertEquals("0", third.get("sent"));
        assertEquals(all.stream().sorted().toList(), origins(server, "off"));
        // nothing is held any more
        assertEquals(List.of(), server.core.vaults().holds("on"));
        VersionView newest = versions(server, "off").get(0);
        server.succeed("machine", "restore", List.of(), Map.of("version", newest.id(), "name", "back"));
        assertArrayEquals(
                Files.readAllBytes(image("web")),
                Files.readAllBytes(machines.resolve("back").resolve("disk.img")));
    }

    @Test
    void theSelectionIsOfMachinesThatTheVaultHas() throws Exception {
        backup("web");
        backup("db");
        server.core.inventory().removeHost("h");
        List<MachinePlan> plan = server.core
                .jobs()
                .preview(
                        new JobDefinition("", "vault", List.of("*", "!h/db"), Map.of("vault", "on", "offsite", "off")));
        assertEquals(
                List.of("web"),
                plan.stream().filter(MachinePlan::taken).map(MachinePlan::name).toList());
        JobRun run = copy(server, List.of("h/web"));
        assertEquals(JobState.SUCCEEDED, run.state(), run.outcome());
        assertEquals(
                List.of("web"),
                versions(server, "off").stream().map(VersionView::machineName).toList());
        JobRun none = copy(server, List.of("elsewhere/web"));
        assertEquals(
                JobError.NO_MACHINES.id(),
                server.core.jobs().tasks(none.id()).get(0).errorCode());
        JobRun nowhere = server.run("vault", List.of("*"), Map.of("vault", "none", "offsite", "off"));
        assertTrue(nowhere.outcome().contains("There is no vault 'none'"), nowhere.outcome());
    }

    @Test
    void onlyTheNewestOrTheYoungAreCopiedIfThatIsAskedFor() throws Exception {
        backup("web");
        change("web");
        String newest = backup("web");
        assertEquals("0", copied("since", "0s").get("copied"));
        assertEquals("1", copied("versions", "newest").get("copied"));
        assertEquals(List.of(newest), origins(server, "off"));
        assertEquals("1", copied("since", "1h").get("copied"));
    }

    @Test
    void whatTheTargetsRetentionWouldDropIsNotSent() throws Exception {
        backup("web");
        change("web");
        backup("web");
        change("web");
        String last = backup("web");
        server.core.retention().setRole("off", VaultRole.OFFSITE);
        server.core.retention().setPolicy(RetentionScope.ofRole(VaultRole.OFFSITE), Map.of("keep-last", "1"));
        assertEquals("1", copied().get("copied"));
        assertEquals(List.of(last), origins(server, "off"));
        assertEquals("0", copied().get("copied"));
        assertEquals("2", copied("beyond-retention", "true").get("copied"));
        assertEquals("2", server.succeed("dropped", "purge", List.of(), Map.of("vault", "off", "retention", "true")));
        assertEquals(List.of(last), origins(server, "off"));
        // onsite has a retention of its own
        assertEquals(3, versions(server, "on").size());
    }

    @Test
    void vaultsThatDoNotShareADomainAreRefused() throws Exception {
        backup("web");
        addVault(server, "stranger", "stranger", VaultRequest.Access.CREATE, Optional.empty());
        JobRun run = server.run("vault", List.of("*"), Map.of("vault", "on", "offsite", "stranger"));
        assertEquals(JobState.FAILED, run.state());
        JobTask task = server.core.jobs().tasks(run.id()).get(0);
        assertEquals(VaultError.OTHER_DOMAIN.id(), task.errorCode());
        assertTrue(task.outcome().contains("--domain-of"), task.outcome());
        assertTrue(task.outcome().contains("'stranger'"), task.outcome());
        DoppelException e = assertThrows(
                DoppelException.class,
                () -> addVault(server, "again", "stranger", VaultRequest.Access.ATTACH, Optional.of("on")));
        assertTrue(e.is(CommonError.BAD_SETTING), e.getMessage());
        JobRun self = server.run("vault", List.of("*"), Map.of("vault", "on", "offsite", "on"));
        assertEquals(
                CommonError.BAD_SETTING.id(),
                server.core.jobs().tasks(self.id()).get(0).errorCode());
    }

    @Test
    void damageOnsiteStopsOnlyTheVersionsThatNeedItAndWhatFailedIsRetriedAlone() throws Exception {
        byte[] before = Files.readAllBytes(image("web"));
        backup("web");
        Damage.toLargest(folder.resolve("onsite"));
        String good = backup("db");
        Files.write(image("web"), noise(IMAGE));
        String later = backup("web");
        JobRun run = copy(server, List.of("*"));
        assertEquals(JobState.FAILED, run.state(), run.outcome());
        List<JobTask> failed = server.core.jobs().tasks(run.id()).stream()
                .filter(t -> t.errorCode().equals(VaultError.DAMAGED_SOURCE.id()))
                .filter(t -> t.parentId().isEmpty() || t.name().startsWith("Version of"))
                .toList();
        // the machine's task, and the version's own
        assertEquals(2, failed.size(), server.logOf(run));
        assertEquals("h/web", failed.get(0).name());
        assertEquals(List.of(good, later).stream().sorted().toList(), origins(server, "off"));
        // a backup that finds the content again heals it
        Files.write(image("web"), before);
        backup("web");
        JobRun again = server.core
                .jobs()
                .await(server.core.jobs().retryFailed(run.id()).id());
        assertEquals(JobState.SUCCEEDED, again.state(), again.outcome() + server.logOf(again));
        assertEquals(
                List.of("h/web"),
                server.core.jobs().tasks(again.id()).stream()
                        .filter(t -> t.parentId().isEmpty())
                        .map(JobTask::name)
                        .toList());
        assertEquals(4, versions(server, "off").size());
    }

    @Test
    void theReverseHealsAndBringsBackWhatWasRemoved() throws Exception {
        String first = backup("web");
        change("web");
        String second = backup("web");
        Path pack = Damage.largest(folder.resolve("onsite/data"));
        String db = backup("db");
        copied();
        server.core.retention().remove(List.of(db), true);
        Damage.to(pack);
        server.run("validate", List.of(), Map.of("vault", "on"));
        assertTrue(versions(server, "on").stream().anyMatch(v -> v.health() == VersionView.Health.DAMAGED));
        Map<String, String> back = copied("reverse", "true");
        assertEquals("1", back.get("copied"), back.toString());
        assertFalse(back.get("healed").equals("0"), back.toString());
        assertTrue(versions(server, "on").stream().noneMatch(v -> v.health() == VersionView.Health.DAMAGED));
        assertEquals(Stream.of("own " + first, "own " + second, db).sorted().toList(), origins(server, "on"));
        // it is the same state, so it does not go out again
        assertEquals("0", copied().get("copied"));
        for (VersionView v : versions(server, "on")) {
            server.succeed("machine", "restore", List.of(), Map.of("version", v.id(), "name", "from-" + v.id()));
        }
        assertArrayEquals(
                Files.readAllBytes(image("db")),
                Files.readAllBytes(machines.resolve("from-"
                                + versions(server, "on").stream()
                                        .filter(v -> v.origin().isPresent())
                                        .findFirst()
                                        .orElseThrow()
                                        .id())
                        .resolve("disk.img")));
    }

    @Test
    void aCancelledJobIsResumed() throws Exception {
        backup("web");
        untilHalt.set(3 * MIB);
        JobRun run = server.core
                .jobs()
                .submit(new JobDefinition(
                        "", "vault", List.of("*"), Map.of("vault", "on", "offsite", "off", "streams", "1")));
        reached.await();
        assertEquals(1, server.core.vaults().holds("on").size());
        server.core.jobs().cancel(run.id());
        untilHalt.set(Long.MAX_VALUE);
        mayGoOn.countDown();
        assertEquals(JobState.CANCELLED, server.core.jobs().await(run.id()).state());
        assertEquals(List.of(), versions(server, "off"));
        assertEquals(List.of(), server.core.vaults().holds("on"));
        long sent = Long.parseLong(copied().get("sent"));
        assertTrue(sent < IMAGE - 2 * MIB, "sent again: " + sent);
        server.run("validate", List.of(), Map.of("vault", "off"));
        assertEquals(
                List.of(VersionView.Health.VALID),
                versions(server, "off").stream().map(VersionView::health).toList());
    }

    @Test
    void aSecondInstallationRestoresFromTheOffsiteVaultAndFillsANewOne() throws Exception {
        backup("web");
        copied("verify", "whole", "validate", "true");
        try (Server console = new Server(folder.resolve("console"))) {
            // beside its owner
            addVault(console, "off", "offsite", VaultRequest.Access.READ_ONLY, Optional.empty());
            addVault(console, "on", "new", VaultRequest.Access.CREATE, Optional.of("off"));
            Path place = Files.createDirectory(folder.resolve("elsewhere"));
            console.core.inventory().addHost("e", "folder", Map.of("path", place.toString()));
            String copy = versions(console, "off").get(0).id();
            console.succeed("machine", "restore", List.of(), Map.of("version", copy, "name", "web", "host", "e"));
            assertArrayEquals(
                    Files.readAllBytes(image("web")),
                    Files.readAllBytes(place.resolve("web").resolve("disk.img")));
            // what the owner stores meanwhile is seen
            backup("db");
            copied();
            JobRun run = copy(console, List.of("*"), "reverse", "true");
            assertEquals(JobState.SUCCEEDED, run.state(), run.outcome() + console.logOf(run));
            assertEquals(origins(server, "off"), origins(console, "on"));
        }
    }

    @Test
    void aBandwidthThatMakesNoSenseIsRefused() throws Exception {
        backup("web");
        JobRun run = copy(server, List.of("*"), "bandwidth", "08:00-18:00=fast");
        assertEquals(
                CommonError.BAD_SETTING.id(),
                server.core.jobs().tasks(run.id()).get(0).errorCode());
        assertEquals(
                "1",
                copied("bandwidth", "00:00-24:00=1GB/s", "time-zone", "Europe/Berlin")
                        .get("copied"));
    }
}
