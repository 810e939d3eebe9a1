package io.doppel.xen.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.sim.xapi.Faults;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Jobs during which one call of all that they make breaks or is refused, whichever it is: before it is carried out, or with its
 * answer lost. A broken connection alone fails none of them. Some calls spread over the job are tried; all of them with the system property {@code doppel.xen.every=1}.
 */
class AnyCallTest {
    private static final int ALL = Integer.MAX_VALUE;
    private static final int TRIED = 8;
    private static final long LONGEST_SECONDS = 45;

    @TempDir
    private Path folder;

    private final Map<String, TestPool.Oracle> versions = new HashMap<>();
    private final List<String> told = new ArrayList<>();
    private TestPool pool;
    private DoppelServer server;
    private String vm;

    @BeforeEach
    void start() throws Exception {
        Files.createDirectory(folder.resolve("v"));
        pool = new TestPool(folder.resolve("p"));
        server = new DoppelServer(folder.resolve("s"));
        vm = pool.machine("web", (4 << 20) + 512);
        server.addVault("v", folder.resolve("v/v"));
        server.addPool("pool", pool, Map.of());
        keep(server.succeeded(server.backup("web", "v")));
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        pool.close();
    }

    private void keep(JobRun run) throws Exception {
        versions.put(server.result(run, "version"), pool.lastOracle("web"));
    }

    private interface Job {
        JobRun run() throws Exception;
    }

    /** Runs a job once as it should be, and then with each of the calls of some kind broken in that way. */
    private void broken(String kind, Job job, Consumer<Faults.Rule> way) throws Exception {
        AtomicInteger calls = new AtomicInteger();
        pool.sim.faults().on(kind).times(ALL).run(calls::incrementAndGet);
        JobRun whole = server.stored(job.run());
        assertEquals(List.of(), pool.leftovers(), server.log(whole));
        pool.wellAgain();
        int step = Integer.getInteger("doppel.xen.every", Math.max(1, calls.get() / TRIED));
        for (int call = 1; call <= calls.get(); call += step) {
            boolean afterwards = (call / step) % 2 == 1;
            var rule = pool.sim.faults().on(kind).nth(call);
            way.accept(afterwards ? rule.afterwards() : rule);
            long begun = System.nanoTime();
            JobRun run = job.run();
            long seconds = (System.nanoTime() - begun) / 1_000_000_000L;
            String what = "call " + call + " of " + calls + (afterwards ? ", its answer" : "") + " -> " + run.state()
                    + " " + run.outcome() + ", " + seconds + " s\n" + server.log(run);
            told.add(what);
            assertTrue(run.state() != JobState.FAILED || run.errorCode().matches("DPL-[A-Z]{3}-\\d{4}"), what);
            assertTrue(!run.errorCode().startsWith("DPL-API-0010"), what);
            // A broken connection of a call; not of a stream, and not a failure of the pool's own work.
            assertNotEquals(CommonError.IO.id(), run.errorCode(), what);
            assertTrue(seconds < LONGEST_SECONDS, what);
            pool.wellAgain();
            // What was broken is known to the next run of anything on this host, and no later.
            keep(server.stored(server.backup("web", "v")));
            assertEquals(List.of(), pool.leftovers(), what);
        }
        System.out.println(String.join("\n", told));
        for (Map.Entry<String, TestPool.Oracle> version : versions.entrySet()) {
            Versions.assertEquals(server, version.getKey(), version.getValue());
        }
    }

    @Test
    void backups() throws Exception {
        broken(
                "*",
                () -> {
                    try (GuestDisk disk = pool.mount(vm, "0")) {
                        disk.run("head -c 5000 /dev/urandom >new");
                    }
                    JobRun run = server.backup("web", "v");
                    if (run.state() != JobState.FAILED) {
                        keep(run);
                    }
                    return run;
                },
                Faults.Rule::drop);
        assertEquals(1, pool.bases());
    }

    @Test
    void restoresToANewMachine() throws Exception {
        restores("*", Faults.Rule::drop);
    }

    @Test
    void restoresOfWhichTheStorageRefusesACall() throws Exception {
        // Other calls have nothing to do with the storage.
        restores("VDI.*", rule -> rule.error("SR_BACKEND_FAILURE_44", "", "There is insufficient space", ""));
    }

    private void restores(String kind, Consumer<Faults.Rule> way) throws Exception {
        String version = versions.keySet().iterator().next();
        TestPool.Oracle oracle = versions.get(version);
        AtomicInteger number = new AtomicInteger();
        broken(
                kind,
                () -> {
                    String name = "copy" + number.incrementAndGet();
                    JobRun run = server.run("restore", List.of(), Map.of("version", version, "name", name));
                    boolean there = pool.sim.listing().vms().containsValue(name);
                    if (run.state() == JobState.FAILED) {
                        return run;
                    }
                    assertTrue(there, name);
                    Path copy = pool.copy(pool.disksOf(pool.named(name)).get("0"));
                    assertEquals(-1, Files.mismatch(oracle.files().get("0"), copy));
                    return run;
                },
                way);
        assertEquals(
                number.get()
                        - told.stream().filter(t -> t.contains("-> FAILED")).count()
                        + 1,
                pool.sim.listing().vms().size(),
                "half machines are left: " + pool.sim.listing().vms());
    }
}
