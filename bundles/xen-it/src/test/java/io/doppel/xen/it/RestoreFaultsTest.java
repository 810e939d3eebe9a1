package io.doppel.xen.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.sim.xapi.Faults;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Restores while something is wrong with the pool's storage: they fail with a code, leave neither disks nor machines, hurt
 * neither the version nor the original, and the next one is as if nothing had been.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestoreFaultsTest {
    private static final String IMPORT = "http:/import_raw_vdi";
    private static final String[] FULL = {"", "There is insufficient space", ""};

    private TestPool pool;
    private DoppelServer server;
    private String vm;
    private String version;
    private Map<String, Path> original;
    private int machines;

    /**
     * What goes wrong.
     *
     * @param says what the run's outcome must say
     */
    record Case(String name, String says, Consumer<Faults> script) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        "full when the second disk is made",
                        "SR_BACKEND_FAILURE_44",
                        f -> f.on("Async.VDI.create").nth(2).error("SR_BACKEND_FAILURE_44", FULL)),
                new Case(
                        "full in the middle of a disk",
                        "SR_BACKEND_FAILURE_44",
                        f -> f.on(IMPORT + "#half").error("SR_BACKEND_FAILURE_44", FULL)),
                new Case(
                        "the stream is cut in the middle of a disk",
                        "DPL-",
                        f -> f.on(IMPORT + "#half").drop()),
                new Case(
                        "the stream of the second disk is refused",
                        "DPL-XTR-",
                        f -> f.on(IMPORT).nth(2).error("SR_BACKEND_FAILURE_47", "", "The SR is not available", "")));
    }

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        Files.createDirectory(folder.resolve("v"));
        pool = new TestPool(folder.resolve("p"));
        server = new DoppelServer(folder.resolve("s"));
        vm = pool.machine("web", (6 << 20) + 512, 4 << 20);
        fill("0");
        fill("1");
        server.addVault("v", folder.resolve("v/v"));
        server.addPool("pool", pool, Map.of());
        version = server.result(server.succeeded(server.backup("web", "v")), "version");
        try (GuestDisk disk = pool.mount(vm, "0")) {
            disk.run("head -c 5000 /dev/urandom >new");
        }
        original = files(vm);
        machines = pool.sim.listing().vms().size();
    }

    /** Streams have a middle only if there is data to the end. */
    private void fill(String position) throws Exception {
        try (GuestDisk disk = pool.mount(vm, position)) {
            disk.run("head -c 8000000 /dev/urandom >all 2>/dev/null || truncate -s -8192 all");
        }
    }

    @AfterAll
    void stop() throws Exception {
        server.close();
        pool.close();
    }

    private Map<String, Path> files(String machine) {
        Map<String, Path> files = new TreeMap<>();
        pool.disksOf(machine).forEach((position, vdi) -> files.put(position, pool.copy(vdi)));
        return files;
    }

    private void failsAndLeavesNothing(Case fault, Map<String, String> options) throws Exception {
        fault.script().accept(pool.sim.faults());
        JobRun run = server.run("restore", List.of(), options);
        String told = run.state() + ": " + run.errorCode() + " " + run.outcome() + "\n" + server.log(run);
        assertEquals(JobState.FAILED, run.state(), told);
        assertTrue(run.errorCode().matches("DPL-[A-Z]{3}-\\d{4}"), told);
        assertTrue(told.contains(fault.says()), told);
        assertEquals(List.of(), pool.leftovers(), told);
        assertEquals(machines, pool.sim.listing().vms().size(), told);
        assertEquals(0, pool.sim.listing().pendingTasks().size(), told);
        assertEquals(List.of(), server.core.inventory().keptOriginals(), told);
        pool.wellAgain();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void restore(Case fault) throws Exception {
        failsAndLeavesNothing(fault, Map.of("version", version, "name", "copy"));
        failsAndLeavesNothing(fault, Map.of("version", version, "over-original", "true"));
        for (Map.Entry<String, Path> disk : files(vm).entrySet()) {
            assertEquals(-1, Files.mismatch(original.get(disk.getKey()), disk.getValue()), "the original was changed");
        }
        Versions.assertEquals(server, version, pool.lastOracle("web"));
        server.restore(version, Map.of("name", "whole " + machines));
        MachineBits.assertSame(pool.lastOracle("web"), pool, pool.named("whole " + machines));
        machines = pool.sim.listing().vms().size();
    }
}
