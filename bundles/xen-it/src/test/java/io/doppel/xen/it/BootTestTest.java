package io.doppel.xen.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.core.JobError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions started on a network of their own, and what is left of that. */
class BootTestTest {
    @TempDir
    private Path folder;

    private TestPool pool;
    private DoppelServer server;
    private String version;
    private int networks;
    private int machines;

    @BeforeEach
    void start() throws Exception {
        Files.createDirectory(folder.resolve("v"));
        pool = new TestPool(folder.resolve("p"));
        server = new DoppelServer(folder.resolve("s"));
        pool.machine("web", (12 << 20) + 3 * 512, (4 << 20) + 512);
        server.addVault("v", folder.resolve("v/v"));
        server.addPool("pool", pool, Map.of());
        version = server.result(server.succeeded(server.backup("web", "v")), "version");
        networks = pool.sim.records().all("network").size();
        machines = pool.sim.listing().vms().size();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        pool.close();
    }

    private void assertNothingLeft() throws Exception {
        assertEquals(List.of(), pool.leftovers());
        assertEquals(networks, pool.sim.records().all("network").size());
        assertEquals(machines, pool.sim.listing().vms().size());
        assertEquals(1, server.core.inventory().machines(Optional.of("pool")).size());
        Versions.assertEquals(server, version, pool.lastOracle("web"));
    }

    @Test
    void aGuestThatReportsPassesOnANetworkOfItsOwn() throws Exception {
        pool.sim.faults().on("VM.start").afterwards().run(this::assertAlone);
        JobRun run = server.succeeded(server.run("boot-test", List.of(), Map.of("version", version)));
        assertTrue(server.result(run, "boot").contains("Debian"), server.result(run, "boot"));
        assertNothingLeft();
    }

    private void assertAlone() {
        String tested = pool.sim.records().all("VM").stream()
                .filter(vm -> pool.sim.records().text("VM", vm, "name_label").contains("boot-test"))
                .findFirst()
                .orElseThrow();
        String vif = pool.sim.records().refs("VM", tested, "VIFs").get(0);
        String network = pool.sim.records().text("VIF", vif, "network");
        assertEquals(List.of(), pool.sim.records().refs("network", network, "PIFs"));
        assertEquals(List.of(vif), pool.sim.records().refs("network", network, "VIFs"));
    }

    @Test
    void aGuestThatNeverReportsFailsAndIsRemoved() throws Exception {
        pool.sim.guestsReport(record -> Optional.empty());
        JobRun run = server.run("boot-test", List.of(), Map.of("version", version, "wait", "2s"));
        assertEquals(JobState.FAILED, run.state(), run.outcome());
        assertEquals(JobError.BOOT.id(), run.errorCode(), run.outcome());
        assertNothingLeft();
    }

    @Test
    void whoCancelsLeavesNothing() throws Exception {
        pool.sim.guestsReport(record -> Optional.empty());
        for (String point : List.of("VM.create", "VM.start")) {
            JobRun run = server.cancelled(
                    action -> pool.sim.faults().on(point).afterwards().run(action::run),
                    "boot-test",
                    List.of(),
                    Map.of("version", version));
            assertEquals(JobState.CANCELLED, run.state(), point + ": " + run.outcome());
            assertNothingLeft();
        }
    }
}
