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

/** Whole jobs whose streams from and to the pool are cut in the middle: a coded error, nothing left, and the next run is clean. */
class CutStreamsTest {
    private static final long SOME = 256 << 10;

    @TempDir
    private Path folder;

    private TestPool pool;
    private DoppelServer server;

    @BeforeEach
    void start() throws Exception {
        Files.createDirectory(folder.resolve("v"));
        pool = new TestPool(folder.resolve("p"));
        server = new DoppelServer(folder.resolve("s"));
        pool.machine("web", (4 << 20) + 512);
        server.addVault("v", folder.resolve("v/v"));
        server.addPool("pool", pool, Map.of());
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        pool.close();
    }

    private void failsCoded(JobRun run, int machines) {
        String told = run.outcome() + "\n" + server.log(run);
        assertEquals(JobState.FAILED, run.state(), told);
        assertTrue(run.errorCode().matches("DPL-[A-Z]{3}-\\d{4}"), told);
        assertEquals(List.of(), pool.leftovers(), told);
        assertEquals(machines, pool.sim.listing().vms().size(), told);
    }

    @Test
    void exportsOfAMachine() throws Exception {
        int machines = pool.sim.listing().vms().size();
        pool.streams.cut(SOME);
        failsCoded(server.backup("web", "v", "method=standard"), machines);
        pool.streams.cut(Long.MAX_VALUE);
        JobRun whole = server.stored(server.backup("web", "v", "method=standard"));
        Versions.assertEquals(server, server.result(whole, "version"), pool.lastOracle("web"));
        assertEquals(List.of(), pool.leftovers());
    }

    @Test
    void streamsOfDisksBothWays() throws Exception {
        String network = pool.sim.records().all("network").get(0);
        pool.sim.call("network.remove_purpose", network, "nbd");
        int machines = pool.sim.listing().vms().size();
        pool.streams.cut(SOME);
        failsCoded(server.backup("web", "v"), machines);
        pool.streams.cut(Long.MAX_VALUE);
        JobRun whole = server.stored(server.backup("web", "v"));
        String version = server.result(whole, "version");
        Versions.assertEquals(server, version, pool.lastOracle("web"));
        pool.streams.cut(SOME);
        failsCoded(server.run("restore", List.of(), Map.of("version", version, "name", "copy")), machines);
        pool.streams.cut(Long.MAX_VALUE);
        server.restore(version, Map.of("name", "copy"));
        Path copy = pool.copy(pool.disksOf(pool.named("copy")).get("0"));
        assertEquals(-1, Files.mismatch(pool.lastOracle("web").files().get("0"), copy));
        assertEquals(List.of(), pool.leftovers());
    }
}
