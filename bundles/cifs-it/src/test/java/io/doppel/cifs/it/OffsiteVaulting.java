package io.doppel.cifs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.job.JobTask;
import io.doppel.api.recovery.RecoveryReport;
import io.doppel.api.recovery.RecoveryRequest;
import io.doppel.api.recovery.RecoverySource;
import io.doppel.api.vault.VaultRequest;
import io.doppel.api.vault.VersionView;
import io.doppel.tck.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole vault jobs from a vault on a share to one at a second site, and what that one is good for when the first site is gone. What must go over
 * the wire is known from how the disks are made: so many bytes of them no compressor makes smaller.
 */
@Timeout(600)
abstract class OffsiteVaulting {
    static final String AWAY = "away";

    static final int MIB = 1 << 20;
    static final int WEB_MIB = 32;
    private static final int TEXT_MIB = 8;
    private static final int CHANGE_MIB = 8;
    private static final int KILL_AT_MIB = 20;
    /** Of copies, docs/offsite-vaulting.md. */
    private static final int PACK = 8 * MIB;

    private static final int LITTLE = MIB / 16;
    private static final int MOST_ROUNDS = 60;
    private static final int WAITS = 100;
    private static final long WAIT_MS = 20;
    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    Rig rig;
    private SecondSite site;
    /** Digests of disks, by the version onsite; of those that the offsite vault shall have. */
    final Map<String, String> stored = new HashMap<>();

    abstract SecondSite site(Path place) throws Exception;

    @BeforeEach
    void start() throws Exception {
        site = site(Files.createDirectory(folder.resolve("second")));
        rig = new Rig(Files.createDirectory(folder.resolve("first")), WEB_MIB);
        rig.addVault();
        rig.server.addVault(AWAY, site.type(), site.settings(), rig.vault);
    }

    @AfterEach
    void stop() throws Exception {
        try {
            rig.close();
        } finally {
            site.close();
        }
    }

    void backup(String machine) throws Exception {
        String version = rig.server.version(rig.server.succeeded(rig.server.backup(machine, rig.vault)));
        stored.put(version, Digest.of(rig.machines.resolve(machine).resolve("disk.img")));
    }

    Path image(String machine) throws IOException {
        return Files.createDirectory(rig.machines.resolve(machine)).resolve("disk.img");
    }

    /** Runs the vault job, which must succeed. @return sums of the results of its machines */
    Map<String, Long> copy() throws Exception {
        JobRun run = rig.server.succeeded(
                rig.server.run("vault", List.of("*"), Map.of("vault", rig.vault, "offsite", AWAY)));
        Map<String, Long> sums = new HashMap<>();
        for (JobTask task : rig.server.core.jobs().tasks(run.id())) {
            if (task.parentId().isEmpty()) {
                for (String name : List.of("copied", "sent")) {
                    sums.merge(name, Long.parseLong(task.results().get(name)), Long::sum);
                }
            }
        }
        return sums;
    }

    /** What a run has to send, and what went over the line since this was made. */
    private final class Wire {
        private final long unique;
        private final long sent = site.line().sent();
        private final long received = site.line().received();

        Wire(long unique) {
            this.unique = unique;
        }

        long sent() {
            return site.line().sent() - sent;
        }

        /** A line of the table that bundles/bench/osv-wire shows. Counts what the server does beside the job, too. */
        void say(String what) {
            System.out.printf(
                    "| %s | %s | %d | %d | %s | %d |%n",
                    site.type(),
                    what,
                    unique,
                    sent(),
                    unique == 0 ? "-" : String.format("%.4f", (double) sent() / unique),
                    site.line().received() - received);
        }

        void assertLittleMore(String what) {
            say(what);
            assertTrue(sent() >= unique, "what is new was not sent: " + sent() + " of " + unique);
            assertTrue(sent() <= 1.05 * unique + MIB, sent() + " bytes sent for " + unique);
        }
    }

    /** Server and onsite vault are gone for good. */
    private void loseTheFirstSite() throws Exception {
        rig.close();
        delete(rig.folder.resolve("state"));
        delete(rig.shared);
    }

    static void delete(Path top) throws IOException {
        try (Stream<Path> all = Files.walk(top)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private DoppelServer fresh(String name) throws Exception {
        return new DoppelServer(folder.resolve(name), rig.shares);
    }

    @Test
    void firstAndLaterRunsSendLittleMoreThanIsNewAndTheOffsiteVaultIsEnough() throws Exception {
        Files.copy(rig.machine.image, image("clone"));
        Files.write(image("text"), halfEntropy(TEXT_MIB * MIB));
        for (String machine : List.of("web", "clone", "text")) {
            backup(machine);
        }
        Wire wire = new Wire((WEB_MIB + TEXT_MIB / 2) * (long) MIB);
        assertEquals(3, copy().get("copied"));
        wire.assertLittleMore("first run");

        rig.machine.rewrite(CHANGE_MIB);
        backup("web");
        wire = new Wire(CHANGE_MIB * (long) MIB);
        assertEquals(1, copy().get("copied"));
        wire.assertLittleMore("incremental run");

        wire = new Wire(0);
        assertEquals(Map.of("copied", 0L, "sent", 0L), copy());
        wire.say("nothing new");
        assertTrue(wire.sent() < MIB, wire.sent() + " bytes sent for nothing");

        loseTheFirstSite();
        restoredElsewhere();
        recovered();
    }

    /** So that a byte is worth four bits. */
    private static byte[] halfEntropy(int size) {
        byte[] bytes = new byte[size];
        Random random = new Random(5);
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (random.nextInt(16) * 15);
        }
        return bytes;
    }

    /** On another installation, which has no part in this but the vault's passphrase. */
    void restoredElsewhere() throws Exception {
        try (DoppelServer console = fresh("console")) {
            console.addVault(AWAY, site.type(), site.settingsOfReader(), VaultRequest.Access.READ_ONLY);
            // nothing at all can be written there, so it cannot be said that a restore needs the version
            restored(console, "console machines", JobState.WARNING);
        }
    }

    /** All versions that were onsite are here, and come back bit by bit. */
    private void restored(DoppelServer server, String place, JobState state) throws Exception {
        Path machines = Files.createDirectory(folder.resolve(place));
        server.core.inventory().addHost("new", "folder", Map.of("path", machines.toString()));
        Map<String, String> found = new HashMap<>();
        for (VersionView version : server.core.vaults().versions(Optional.of(AWAY), Optional.empty())) {
            String name = "from-" + version.id();
            JobRun run = server.run("restore", Map.of("version", version.id(), "name", name, "host", "new"));
            assertEquals(state, run.state(), () -> server.told(run));
            found.put(
                    version.origin().orElseThrow().versionId(),
                    Digest.of(machines.resolve(name).resolve("disk.img")));
        }
        assertEquals(stored, found);
    }

    /** The lost server comes back from the offsite vault, given its location and the passphrase only. */
    private void recovered() throws Exception {
        RecoverySource source =
                new RecoverySource(site.type(), site.settingsOfSuccessor(), DoppelServer.PASSPHRASE.toCharArray());
        try (DoppelServer server = fresh("successor")) {
            assertFalse(server.core.recovery().copies(source).isEmpty());
            RecoveryReport report = server.core
                    .recovery()
                    .recover(
                            new RecoveryRequest(source, Optional.empty(), false, false),
                            (step, done, total) -> {},
                            CancelToken.NEVER);
            assertEquals(AWAY, report.vaults().get(0).vault());
            assertTrue(report.vaults().get(0).reached());
        }
        try (DoppelServer server = fresh("successor")) {
            assertEquals(
                    List.of(DoppelServer.HOST),
                    server.core.inventory().hosts().stream().map(h -> h.name()).toList());
            restored(server, "successor machines", JobState.SUCCEEDED);
            // and it goes on: the vault is its own
            server.succeeded(server.run("validate", Map.of("vault", AWAY)));
        }
    }

    @Test
    void aKilledRunIsResumedWhereItStopped() throws Exception {
        backup("web");
        rig.server.close();
        long unique = WEB_MIB * (long) MIB;
        Wire wire = new Wire(unique);
        site.line().stallAfterSent(KILL_AT_MIB * (long) MIB);
        Process child =
                ChildJvm.start(OffsiteProcess.class, rig.folder.resolve("state").toString(), rig.vault, AWAY);
        try {
            stallInTheMiddle();
        } finally {
            child.destroyForcibly();
        }
        assertTrue(child.waitFor(LONG.toSeconds(), TimeUnit.SECONDS));
        // what its machine had taken of it still goes out, and counts
        site.line().goOn();
        assertTrue(site.line().awaitNoConnection(LONG));
        long killed = wire.sent();
        long finished = site.packs();

        rig.server = new DoppelServer(rig.folder.resolve("state"), rig.shares);
        assertEquals(JobState.INTERRUPTED, rig.server.core.jobs().runs(1).get(0).state());
        assertEquals(1, copy().get("copied"));
        long resumed = wire.sent() - killed;
        wire.say("killed and resumed; when it was killed " + killed + " were sent, " + finished + " in finished packs");
        assertTrue(finished >= PACK, "of what was sent only " + finished + " was finished");
        // nothing of a finished pack is sent again
        assertTrue(resumed <= 1.05 * (unique - finished) + MIB, resumed + " sent again, " + finished + " were there");
        assertTrue(killed < unique, "all was sent before it was killed");
        restoredElsewhere();
    }

    /** Waits until the line stalls with a pack finished at the other end. To finish one, little more may have to be sent. */
    private void stallInTheMiddle() throws Exception {
        for (int i = 0; i < MOST_ROUNDS; i++) {
            assertTrue(site.line().awaitStall(LONG), "it did not send that much");
            for (int wait = 0; wait < WAITS; wait++) {
                if (site.packs() >= PACK) {
                    return;
                }
                TimeUnit.MILLISECONDS.sleep(WAIT_MS);
            }
            site.line().stallAfterSent(LITTLE);
        }
        throw new AssertionError("no pack was finished");
    }
}
