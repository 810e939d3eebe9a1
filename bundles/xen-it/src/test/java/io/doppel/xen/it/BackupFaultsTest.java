package io.doppel.xen.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.sim.xapi.Faults;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Backups while something is wrong with the pool. Whatever it is, a run ends well, ends with a warning that says what was done
 * instead, or fails with a code; it leaves nothing on the pool, hurts no version, and the next run is as if nothing had been.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BackupFaultsTest {
    private static final int ALL = Integer.MAX_VALUE;

    private final Map<String, TestPool.Oracle> versions = new LinkedHashMap<>();
    private TestPool pool;
    private DoppelServer server;
    private String vm;

    /**
     * What goes wrong.
     *
     * @param expected states that the run may end in
     * @param says what the run's log or outcome must say; empty for nothing
     */
    record Case(String name, Consumer<BackupFaultsTest> script, List<JobState> expected, String says) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case fails(String name, String code, Consumer<BackupFaultsTest> script) {
        return new Case(name, script, List.of(JobState.FAILED), code);
    }

    private static Case warns(String name, String says, Consumer<BackupFaultsTest> script) {
        return new Case(name, script, List.of(JobState.WARNING), says);
    }

    private static Case survives(String name, Consumer<BackupFaultsTest> script) {
        return new Case(name, script, List.of(JobState.SUCCEEDED), "");
    }

    private static Case copes(String name, Consumer<BackupFaultsTest> script) {
        return new Case(name, script, List.of(JobState.SUCCEEDED, JobState.WARNING, JobState.FAILED), "");
    }

    private Faults faults() {
        return pool.sim.faults();
    }

    static Stream<Case> cases() {
        return Stream.of(
                fails(
                        "the chain is too long",
                        "SR_BACKEND_FAILURE_109",
                        t -> t.faults()
                                .on("VM.snapshot")
                                .times(ALL)
                                .error("SR_BACKEND_FAILURE_109", "", "The snapshot chain is too long", "")),
                warns(
                        "the metadata is gone (44)",
                        "SR_BACKEND_FAILURE_44",
                        t -> t.faults()
                                .on("VDI.list_changed_blocks")
                                .error("SR_BACKEND_FAILURE_44", "", "There is insufficient space", "")),
                warns(
                        "the metadata is broken (460)",
                        "SR_BACKEND_FAILURE_460",
                        t -> t.faults()
                                .on("VDI.list_changed_blocks")
                                .error("SR_BACKEND_FAILURE_460", "", "Failed to calculate changed blocks", "")),
                survives(
                        "the machine is busy for a moment",
                        t -> t.faults().on("VM.snapshot").times(2).error("OTHER_OPERATION_IN_PROGRESS", "VM", t.vm)),
                fails(
                        "a host is off",
                        "HOST_OFFLINE",
                        t -> t.faults().on("VM.snapshot").times(ALL).error("HOST_OFFLINE", "OpaqueRef:1")),
                survives(
                        "the session ended before the snapshot",
                        t -> t.faults().on("VM.snapshot").run(t.pool.sim::endSessions)),
                survives("events were lost", t -> t.faults().on("VM.snapshot").run(t.pool.sim::loseEvents)),
                copes(
                        "the sessions end after the snapshot",
                        t -> t.faults().on("VDI.get_nbd_info").run(t.pool.sim::endSessions)),
                copes(
                        "the master changes at the snapshot",
                        t -> t.faults().on("VM.snapshot").run(t::changeMaster)),
                copes(
                        "the master changes while disks are offered",
                        t -> t.faults().on("VDI.get_nbd_info").run(t::changeMaster)),
                copes(
                        "the master changes while the base is kept",
                        t -> t.faults().on("VDI.data_destroy").run(t::changeMaster)),
                warns(
                        "no NBD",
                        "NBD",
                        t -> t.faults()
                                .on("VDI.get_nbd_info")
                                .times(ALL)
                                .error("SR_BACKEND_FAILURE", "", "no NBD", "")),
                copes(
                        "the snapshot takes its time",
                        t -> t.faults().on("VM.snapshot").delay(Duration.ofSeconds(3))),
                copes(
                        "a disk of a snapshot is stuck",
                        t -> t.faults()
                                .on("VDI.data_destroy")
                                .times(3)
                                .error("VDI_IN_USE", "OpaqueRef:1", "data_destroy")),
                warns(
                        "a base cannot be kept",
                        "",
                        t -> t.faults()
                                .on("VDI.data_destroy")
                                .times(ALL)
                                .error("SR_BACKEND_FAILURE", "", "data_destroy", "")),
                copes(
                        "the NBD servers die in mid-read",
                        t -> t.faults().on("VDI.get_nbd_info").afterwards().run(t::killServersSoon)));
    }

    private void changeMaster() {
        String now = pool.sim.master().ref();
        pool.sim.hosts().stream()
                .filter(h -> !h.ref().equals(now))
                .findFirst()
                .ifPresent(h -> pool.sim.setMaster(h.ref()));
    }

    /** The servers of the snapshot's disks have just been started; nothing was read yet. */
    private void killServersSoon() {
        pool.signalServers("KILL");
    }

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        Files.createDirectory(folder.resolve("v"));
        pool = new TestPool(folder.resolve("p"));
        server = new DoppelServer(folder.resolve("s"));
        vm = pool.machine("web", 12 << 20, (4 << 20) + 512);
        server.addVault("v", folder.resolve("v/v"));
        server.addPool("pool", pool, Map.of());
        keep(server.succeeded(server.backup("web", "v")));
    }

    @AfterAll
    void stop() throws Exception {
        for (Map.Entry<String, TestPool.Oracle> version : versions.entrySet()) {
            Versions.assertEquals(server, version.getKey(), version.getValue());
        }
        server.close();
        pool.close();
    }

    private void keep(JobRun run) throws Exception {
        versions.put(server.result(run, "version"), pool.lastOracle("web"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void backup(Case fault) throws Exception {
        write();
        fault.script().accept(this);
        JobRun run = server.backup("web", "v");
        String told = run.state() + ": " + run.outcome() + "\n" + server.log(run);
        System.out.println(fault + " -> " + told);
        assertTrue(fault.expected().contains(run.state()), told);
        assertTrue(told.contains(fault.says()), told);
        if (run.state() == JobState.FAILED) {
            assertTrue(run.errorCode().matches("DPL-[A-Z]{3}-\\d{4}"), told);
            assertEquals(versions.size(), known(), told);
        } else {
            keep(run);
        }
        pool.wellAgain();
        assertEquals(List.of(), pool.leftovers(), told);
        write();
        keep(server.succeeded(server.backup("web", "v")));
        assertEquals(List.of(), pool.leftovers());
        assertEquals(2, pool.bases());
        assertEquals(versions.size(), known());
        assertEquals(0, pool.sim.listing().pendingTasks().size());
    }

    private int known() throws Exception {
        return server.core.vaults().versions(Optional.empty(), Optional.empty()).size();
    }

    private void write() throws Exception {
        try (GuestDisk disk = pool.mount(vm, "0")) {
            disk.run("head -c 70000 /dev/urandom >new");
        }
    }

    @Test
    void aDiskLeftOnTheControlDomainIsNotInTheWay() throws Exception {
        String vdi = pool.sim.records().find("VDI", pool.disksOf(vm).get("1"));
        String stuck = pool.sim.attachToControlDomain(vdi);
        keep(server.succeeded(server.backup("web", "v")));
        pool.sim.records().destroy("VBD", stuck);
        assertEquals(List.of(), pool.leftovers());
    }
}
