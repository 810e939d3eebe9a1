package io.doppel.xen.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ways to a disk's bytes, from the best to the last, each taken when the better ones are shut, and said so. */
class WaysTest {
    private static final int ALL = Integer.MAX_VALUE;

    @TempDir
    private Path folder;

    private TestPool pool;
    private DoppelServer server;
    private String vm;

    @BeforeEach
    void start() throws Exception {
        Files.createDirectory(folder.resolve("v"));
        pool = new TestPool(folder.resolve("p"));
        server = new DoppelServer(folder.resolve("s"));
        vm = pool.machine("web", (12 << 20) + 3 * 512, (4 << 20) + 512);
        server.addVault("v", folder.resolve("v/v"));
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        pool.close();
    }

    /** A run that has to say why it went another way, and is right all the same. */
    private void goesAnotherWay(String... says) throws Exception {
        try (GuestDisk disk = pool.mount(vm, "0")) {
            disk.run("head -c 70000 /dev/urandom >new");
        }
        JobRun run = server.backup("web", "v");
        String told = run.state() + ": " + run.outcome() + "\n" + server.log(run);
        System.out.println(told);
        assertEquals(JobState.WARNING, run.state(), told);
        for (String word : says) {
            assertTrue(server.log(run).contains(word), word + " is not in: " + told);
        }
        Versions.assertEquals(server, server.result(run, "version"), pool.lastOracle("web"));
        assertEquals(List.of(), pool.leftovers(), told);
    }

    @Test
    void eachFallBackIsTakenAndNamed() throws Exception {
        server.addPool("pool", pool, Map.of());
        JobRun first = server.succeeded(server.backup("web", "v"));
        Versions.assertEquals(server, server.result(first, "version"), pool.lastOracle("web"));
        // Changes cannot be told: NBD, everything.
        pool.sim.faults().on("VDI.list_changed_blocks").times(ALL).error("SR_BACKEND_FAILURE_460", "", "broken", "");
        goesAnotherWay("is read as a whole", "SR_BACKEND_FAILURE_460");
        // No NBD at all: the stream of each disk.
        pool.wellAgain();
        String network = pool.sim.records().all("network").get(0);
        pool.sim.call("network.remove_purpose", network, "nbd");
        goesAnotherWay("NBD", "purpose nbd");
        // No streams of disks either: the machine's export.
        pool.sim.faults().on("http:/export_raw_vdi").times(ALL).error("SR_BACKEND_FAILURE_47", "", "no stream", "");
        goesAnotherWay("xapi-xva");
        pool.wellAgain();
        pool.sim.call("network.add_purpose", network, "nbd");
        assertEquals(0, server.succeeded(server.backup("web", "v")).progress().read());
    }

    @Test
    void serversThatDoNotAnswerAreAReasonForAnotherWay() throws Exception {
        server.addPool("pool", pool, Map.of());
        server.succeeded(server.backup("web", "v"));
        pool.sim.faults().on("VDI.get_nbd_info").afterwards().nth(2).run(() -> pool.signalServers("KILL"));
        goesAnotherWay("DPL-NBD");
    }

    @Test
    void withoutTlsNbdIsUsedOnlyIfThatIsWanted() throws Exception {
        String network = pool.sim.records().all("network").get(0);
        pool.sim.call("network.remove_purpose", network, "nbd");
        pool.sim.call("network.add_purpose", network, "insecure_nbd");
        server.addPool("pool", pool, Map.of());
        goesAnotherWay("plain-nbd");
        server.core.inventory().changeHost("pool", Map.of("plain-nbd", "true"));
        JobRun run = server.succeeded(server.backup("web", "v"));
        Versions.assertEquals(server, server.result(run, "version"), pool.lastOracle("web"));
    }

    @Test
    void aStandardJobReadsTheExportOfTheMachine() throws Exception {
        server.addPool("pool", pool, Map.of());
        for (int round = 0; round < 2; round++) {
            JobRun run = server.backup("web", "v", "method=standard");
            assertTrue(run.state() == JobState.SUCCEEDED || run.state() == JobState.WARNING, server.log(run));
            assertTrue(run.progress().read() > 4 << 20, "read " + run.progress().read());
            Versions.assertEquals(server, server.result(run, "version"), pool.lastOracle("web"));
            assertEquals(List.of(), pool.leftovers());
            assertEquals(0, pool.bases());
        }
    }
}
