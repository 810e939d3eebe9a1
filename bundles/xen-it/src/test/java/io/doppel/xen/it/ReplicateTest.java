package io.doppel.xen.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines copied from one pool to another. */
class ReplicateTest {
    private static final long[] SIZES = {(12 << 20) + 3 * 512, (4 << 20) + 512};

    @TempDir
    private Path folder;

    private TestPool from;
    private TestPool to;
    private DoppelServer server;
    private String vm;

    @BeforeEach
    void start() throws Exception {
        from = new TestPool(folder.resolve("p"));
        to = new TestPool(folder.resolve("q"));
        server = new DoppelServer(folder.resolve("s"));
        vm = from.machine("web", SIZES);
        server.addPool("pool", from, Map.of());
        server.addPool("other", to, Map.of());
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        to.close();
        from.close();
    }

    private static Map<String, String> options(String... host) {
        Map<String, String> options = new HashMap<>(Map.of("to", "other"));
        if (host.length > 0) {
            options.put("host-options", String.join(",", host));
        }
        return options;
    }

    private JobRun replicate(String... host) throws Exception {
        return server.run("replicate", List.of("pool/web"), options(host));
    }

    private void assertCopy(String name) throws Exception {
        MachineBits.assertSame(from.lastOracle("web"), to, to.named(name));
        assertNothingLeft();
    }

    private void assertNothingLeft() throws Exception {
        assertEquals(List.of(), from.leftovers());
        assertEquals(List.of(), to.leftovers());
        assertEquals(
                1,
                from.sim.listing().vms().values().stream().filter("web"::equals).count());
    }

    private String card(TestPool pool, String machine, String field) {
        List<String> cards = pool.sim.records().refs("VM", machine, "VIFs");
        assertEquals(1, cards.size());
        return pool.sim.records().text("VIF", cards.get(0), field);
    }

    @Test
    void theCopyHasTheBitsAndTheCardsThatWereAskedFor() throws Exception {
        String lab = to.sim.records().create("network", Map.of("name_label", "lab", "bridge", "xapi7"));
        server.succeeded(replicate());
        assertCopy("web-replica");
        String copy = to.named("web-replica");
        assertEquals(card(from, vm, "MAC"), card(to, copy, "MAC"));
        assertEquals(networkName(from, vm), networkName(to, copy));
        to.sim.call("VM.start", copy, false, false);
        to.sim.call("VM.hard_shutdown", copy);
        to.sim.call("VM.set_name_label", copy, "first");

        server.succeeded(replicate("networks=lab", "mac=new"));
        assertCopy("web-replica");
        assertEquals(lab, card(to, to.named("web-replica"), "network"));
        assertNotEquals(card(from, vm, "MAC"), card(to, to.named("web-replica"), "MAC"));
        assertEquals(List.of(), sweptFromBoth());
        MachineBits.assertSame(from.lastOracle("web"), to, to.named("first"));
    }

    /** A later job begins with a sweep, which finds nothing to say. */
    private List<String> sweptFromBoth() throws Exception {
        JobRun run = server.run("replicate", List.of("pool/web"), Map.of("to", "other", "dry-run", "true"));
        return server.log(run).lines().filter(line -> line.contains("Removed")).toList();
    }

    private static String networkName(TestPool pool, String machine) {
        String vif = pool.sim.records().refs("VM", machine, "VIFs").get(0);
        return pool.sim.records().text("network", pool.sim.records().text("VIF", vif, "network"), "name_label");
    }

    @Test
    void aNetworkThatTheOtherPoolHasNotIsNotMadeThere() throws Exception {
        String vif = from.sim.records().refs("VM", vm, "VIFs").get(0);
        from.sim.records().set("network", from.sim.records().text("VIF", vif, "network"), "name_label", "only here");
        int networks = to.sim.records().all("network").size();
        JobRun run = replicate();
        assertEquals(JobState.WARNING, run.state(), run.outcome());
        assertTrue(server.log(run).contains("only here"), server.log(run));
        assertEquals(networks, to.sim.records().all("network").size());
        assertEquals(List.of(), to.sim.records().refs("VM", to.named("web-replica"), "VIFs"));
        assertCopy("web-replica");
    }

    private void cancelAt(TestPool pool, String point) throws Exception {
        JobRun run = server.cancelled(
                action -> pool.sim.faults().on(point).run(action::run), "replicate", List.of("pool/web"), options());
        assertEquals(JobState.CANCELLED, run.state(), point + ": " + run.outcome());
        assertNothingLeft();
    }

    @Test
    void whoCancelsAndWhoIsCutOffLeavesNothingAndTheNextRunIsWell() throws Exception {
        int machines = to.sim.listing().vms().size();
        cancelAt(from, "http:/export#half");
        cancelAt(to, "VBD.create");
        for (TestPool pool : List.of(from, to)) {
            pool.streams.cut(3 << 20);
            JobRun cut = replicate();
            assertEquals(JobState.FAILED, cut.state(), cut.outcome());
            pool.streams.cut(Long.MAX_VALUE);
            assertNothingLeft();
        }
        assertEquals(machines, to.sim.listing().vms().size());
        server.succeeded(replicate());
        assertCopy("web-replica");
    }
}
