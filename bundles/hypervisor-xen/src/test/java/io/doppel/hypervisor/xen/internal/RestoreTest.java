package io.doppel.hypervisor.xen.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.Machine;
import io.doppel.sim.xapi.Faults;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.spi.hypervisor.Consistency;
import io.doppel.spi.hypervisor.HypervisorHost;
import io.doppel.spi.hypervisor.MachineControl;
import io.doppel.spi.hypervisor.RestoreRequest;
import io.doppel.spi.hypervisor.RestoreTarget;
import io.doppel.spi.hypervisor.Snapshot;
import io.doppel.spi.hypervisor.SnapshotRequest;
import io.doppel.tck.RecordingWork;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Restores to new machines and over originals on a simulated pool. */
class RestoreTest {
    private static final int SIZE = 1 << 20;

    @TempDir
    Path folder;

    private SimHost sim;
    private HypervisorHost host;
    private String machine;
    private final RecordingWork work = new RecordingWork();

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @BeforeEach
    void start() throws Exception {
        sim = new SimHost(folder);
        machine = sim.makeMachine("m", List.of(bytes(1), bytes(2)));
        host = sim.connect();
    }

    @AfterEach
    void stop() throws Exception {
        host.close();
        sim.close();
    }

    private static byte[] bytes(long seed) {
        byte[] bytes = new byte[SIZE];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private Machine told(String id) throws DoppelException {
        return host.machines().stream()
                .filter(m -> m.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private Map<String, String> config() throws DoppelException {
        SnapshotRequest request = new SnapshotRequest(machine, Set.of(), "v", Consistency.CRASH, List.of(), Map.of());
        try (Snapshot snapshot = host.snapshot(request, work)) {
            return snapshot.machineConfig();
        }
    }

    private RestoreRequest request(boolean over, boolean isolated, Map<String, String> options) throws DoppelException {
        return new RestoreRequest(
                "r-1",
                machine,
                over ? Optional.of(machine) : Optional.empty(),
                "restored",
                told(machine).disks(),
                config(),
                isolated,
                options);
    }

    private void write(RestoreTarget target) throws DoppelException {
        for (String key : target.disks().keySet()) {
            SimDiskTransport transport = new SimDiskTransport(sim.disks);
            try (DiskWriter writer =
                    transport.openWriter(target.disks().get(key).get(0), sim.secrets)) {
                writer.write(0, bytes(10 + key.hashCode()), 0, SIZE);
                writer.flush();
            }
        }
    }

    private String restore(HypervisorHost on, RestoreRequest request) throws DoppelException {
        try (RestoreTarget target = on.prepareRestore(request, work)) {
            write(target);
            return target.finish();
        }
    }

    private void checkRestored(String id) {
        sim.contents(id).forEach((key, bytes) -> assertArrayEquals(bytes(10 + key.hashCode()), bytes));
    }

    private String mac(String id) {
        String vif = sim.refs("VM", sim.ref("VM", id), "VIFs").get(0);
        return sim.pool.records().text("VIF", vif, "MAC");
    }

    @Test
    void aNewMachineHasTheRecordsOfTheOld() throws Exception {
        sim.pool.call("VM.set_NVRAM", sim.ref("VM", machine), Map.of("EFI-variables", "AAEC"));
        sim.pool.call("VM.add_tags", sim.ref("VM", machine), "gold");
        String id = restore(host, request(false, false, Map.of("name-suffix", " (2)")));
        checkRestored(id);
        Machine made = told(id);
        assertEquals("restored (2)", made.name());
        assertEquals(Set.of("gold"), made.tags());
        assertEquals(mac(machine), mac(id));
        Map<String, Object> record = sim.pool.records().get("VM", sim.ref("VM", id));
        Map<String, Object> old = sim.pool.records().get("VM", sim.ref("VM", machine));
        for (String field : List.of("memory_static_max", "VCPUs_max", "HVM_boot_params", "platform", "NVRAM")) {
            assertEquals(old.get(field), record.get(field), field);
        }
        assertEquals(Map.of(), record.get("blocked_operations"));
        sim.pool.call("VM.start", sim.ref("VM", id), false, false);
        assertEquals(List.of(), host.sweep(Duration.ZERO, List.of()));
        checkRestored(id);
    }

    @Test
    void aHalfMachineCannotBeStarted() throws Exception {
        try (RestoreTarget target = host.prepareRestore(request(false, false, Map.of()), work)) {
            String half = sim.pool.listing().vms().entrySet().stream()
                    .filter(vm -> vm.getValue().equals(NewMachine.IMPORTING + "restored"))
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElseThrow();
            RuntimeException refused = assertThrows(
                    RuntimeException.class, () -> sim.pool.call("VM.start", sim.ref("VM", half), false, false));
            assertTrue(refused.toString().contains("OPERATION_BLOCKED"), refused.toString());
            assertEquals(2, target.disks().size());
        }
    }

    @Test
    void cardsGoWhereTheOptionsSay() throws Exception {
        String id = restore(host, request(false, false, Map.of("mac", "new", "start", "true")));
        assertFalse(mac(machine).equals(mac(id)));
        assertEquals(Machine.PowerState.RUNNING, told(id).state());
        String without = restore(host, request(false, false, Map.of("networks", "none")));
        assertEquals(List.of(), sim.refs("VM", sim.ref("VM", without), "VIFs"));
        assertThrows(
                DoppelException.class,
                () -> host.prepareRestore(request(false, false, Map.of("networks", "nowhere")), work));
        assertThrows(
                DoppelException.class,
                () -> host.prepareRestore(request(false, false, Map.of("storage", "nowhere")), work));
    }

    @Test
    void aBootTestLeavesNothing() throws Exception {
        RestoreRequest request = request(false, true, Map.of());
        Set<String> before = sim.things();
        MachineControl control = host.control().orElseThrow();
        String id = restore(host, request);
        assertEquals(1, host.machines().size(), "a machine under test is no machine to back up");
        assertEquals(List.of(), host.sweep(Duration.ZERO, List.of()), "the sweep took a test that runs");
        control.start(id, work);
        control.start(id, work);
        assertTrue(control.state(id).running());
        String network = sim.pool
                .records()
                .text("VIF", sim.refs("VM", sim.ref("VM", id), "VIFs").get(0), "network");
        assertEquals(List.of(), sim.refs("network", network, "PIFs"), "the network has a way out");
        DoppelException refused = assertThrows(DoppelException.class, () -> control.destroy(machine));
        assertTrue(refused.is(XenError.NOT_OURS), refused.getMessage());
        control.destroy(id);
        control.destroy(id);
        assertEquals(before, sim.things());
    }

    @Test
    void aRunningOriginalIsRefusedOrShutDown() throws Exception {
        sim.pool.call("VM.start", sim.ref("VM", machine), false, false);
        DoppelException running =
                assertThrows(DoppelException.class, () -> host.prepareRestore(request(true, false, Map.of()), work));
        assertTrue(running.is(XenError.RUNNING), running.getMessage());
        assertEquals(machine, restore(host, request(true, false, Map.of("shut-down", "true", "start", "true"))));
        checkRestored(machine);
        assertEquals(Machine.PowerState.RUNNING, told(machine).state());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "VM.create",
                "Async.VDI.create",
                "VBD.create",
                "VIF.create",
                "VM.set_blocked_operations",
                "VM.set_name_label",
                "VDI.set_other_config",
                "Async.VM.start"
            })
    void oneBrokenConnectionDoesNotEndARestore(String point) throws Exception {
        RestoreRequest request = request(false, false, Map.of("start", "true"));
        for (boolean carriedOut : List.of(false, true)) {
            int things = sim.things().size();
            Faults.Rule rule = sim.pool.faults().on(point);
            (carriedOut ? rule.afterwards() : rule).drop();
            String id = restore(host, request);
            assertEquals(1, rule.struck());
            sim.pool.faults().clear();
            assertEquals(Machine.PowerState.RUNNING, told(id).state());
            checkRestored(id);
            assertEquals(1, sim.refs("VM", sim.ref("VM", id), "VIFs").size());
            assertEquals(List.of(), work.warnings());
            assertEquals(List.of(), host.sweep(Duration.ZERO, List.of()), "something was made twice");
            assertEquals(things + 5, sim.things().size(), "a machine, two disks, two devices");
        }
    }

    /** The second attempt is carried out, but its answer is lost as well. */
    @ParameterizedTest
    @ValueSource(strings = {"VM.create", "VBD.create"})
    void twoBrokenConnectionsMakeNothingTwice(String point) throws Exception {
        RestoreRequest request = request(false, false, Map.of());
        int things = sim.things().size();
        sim.pool.faults().on(point).drop();
        sim.pool.faults().on(point).afterwards().drop();
        checkRestored(restore(host, request));
        assertEquals(List.of(), host.sweep(Duration.ZERO, List.of()), "something was made twice");
        assertEquals(things + 5, sim.things().size(), "a machine, two disks, two devices");
    }

    @ParameterizedTest
    @ValueSource(strings = {"VDI.create", "VM.start"})
    void whatThePoolIsStillAtWhenTheAnswerIsLostIsNotBegunAgain(String method) throws Exception {
        sim.pool.faults().on("Async." + method).afterwards().drop();
        sim.pool.faults().on(method).delay(Duration.ofSeconds(1));
        Faults.Rule begun =
                sim.pool.faults().on(method).times(Integer.MAX_VALUE).run(() -> {});
        String id = restore(host, request(false, false, Map.of("start", "true")));
        assertEquals(method.equals("VDI.create") ? 2 : 1, begun.struck());
        assertEquals(Machine.PowerState.RUNNING, told(id).state());
        checkRestored(id);
        assertEquals(List.of(), work.warnings());
        assertEquals(List.of(), host.sweep(Duration.ZERO, List.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Async.VM.clean_shutdown",
                "VM.add_to_other_config",
                "VM.add_to_blocked_operations",
                "VBD.destroy",
                "VBD.create",
                "VM.remove_from_blocked_operations",
                "VM.remove_from_other_config"
            })
    void oneBrokenConnectionDoesNotEndASwap(String point) throws Exception {
        for (boolean carriedOut : List.of(false, true)) {
            if (told(machine).state() == Machine.PowerState.OFF) {
                sim.pool.call("VM.start", sim.ref("VM", machine), false, false);
            }
            RestoreRequest request = request(true, false, Map.of("shut-down", "true"));
            Faults.Rule rule = sim.pool.faults().on(point);
            (carriedOut ? rule.afterwards() : rule).drop();
            assertEquals(machine, restore(host, request));
            assertEquals(1, rule.struck());
            sim.pool.faults().clear();
            checkRestored(machine);
            assertEquals(List.of(), told(machine).problems());
            host.confirmRestore("r-1");
            assertEquals(List.of(), host.sweep(Duration.ZERO, List.of()));
        }
    }

    /** Kills a restore over the original before each of its steps; afterwards the old or the new machine starts. */
    @Test
    void killedAtAnyStepTheOldOrTheNewMachineStarts() throws Exception {
        int steps = 0;
        boolean finished = false;
        for (int at = 0; !finished; at++) {
            String name = "killed " + at;
            machine = sim.makeMachine(name, List.of(bytes(1), bytes(2)));
            Map<String, byte[]> old = Map.of("0", bytes(1), "1", bytes(2));
            Map<String, String> disks = sim.vdis(machine);
            finished = killed(at);
            checkNotStartableInBetween(disks, at);
            try (HypervisorHost restarted = sim.connect()) {
                Machine found = restarted.machines().stream()
                        .filter(m -> m.id().equals(machine))
                        .findFirst()
                        .orElseThrow();
                assertEquals(List.of(), found.problems(), "killed at step " + at);
                restarted.sweep(Duration.ZERO, List.of());
                checkOldOrNew(old, at);
                restarted.confirmRestore("r-1");
            }
            sim.pool.call("VM.start", sim.ref("VM", machine), false, false);
            sim.pool.call("VM.hard_shutdown", sim.ref("VM", machine));
            assertFalse(
                    sim.pool
                            .records()
                            .get("VM", sim.ref("VM", machine))
                            .get("other_config")
                            .toString()
                            .contains("doppel:"),
                    "killed at step " + at);
            steps = at;
        }
        assertTrue(steps >= 10, "steps: " + steps);
    }

    /** With one disk of each, or none, nothing must start. */
    private void checkNotStartableInBetween(Map<String, String> old, int at) {
        Map<String, String> now = sim.vdis(machine);
        long replaced = old.keySet().stream()
                .filter(key -> now.containsKey(key) && !now.get(key).equals(old.get(key)))
                .count();
        if (!now.equals(old) && replaced < old.size()) {
            assertThrows(
                    RuntimeException.class,
                    () -> sim.pool.call("VM.start", sim.ref("VM", machine), false, false),
                    "killed at step " + at);
        }
    }

    private boolean killed(int at) throws DoppelException {
        AtomicInteger left = new AtomicInteger(at);
        Runnable bomb = () -> {
            if (left.getAndDecrement() == 0) {
                throw new Killed();
            }
        };
        XenPool pool = XenPool.connect(sim.context(SimHost.INSTALLATION, sim.settings()));
        try {
            RestoreRequest request = request(true, false, Map.of());
            RestoreTarget target = new XenHost(pool, new ActiveRuns(), bomb).prepareRestore(request, work);
            write(target);
            target.finish();
            return true;
        } catch (Killed e) {
            return false;
        } finally {
            pool.close();
        }
    }

    private void checkOldOrNew(Map<String, byte[]> old, int at) {
        Map<String, byte[]> now = new HashMap<>(sim.contents(machine));
        assertEquals(old.keySet(), now.keySet(), "killed at step " + at);
        boolean isOld = Arrays.equals(old.get("0"), now.get("0"));
        now.forEach((key, bytes) -> assertArrayEquals(
                isOld ? old.get(key) : bytes(10 + key.hashCode()), bytes, "killed at step " + at + ", disk " + key));
    }

    /** Kills a restore to a new machine before each of its steps; half machines are swept. */
    @Test
    void halfNewMachinesAreSweptAtAnyStep() throws Exception {
        RestoreRequest request = request(false, false, Map.of());
        for (int at = 0; at < 20; at++) {
            Set<String> before = sim.things();
            AtomicInteger left = new AtomicInteger(at);
            XenPool pool = XenPool.connect(sim.context(SimHost.INSTALLATION, sim.settings()));
            String made = null;
            try {
                made = restore(
                        new XenHost(pool, new ActiveRuns(), () -> {
                            if (left.getAndDecrement() == 0) {
                                pool.close();
                                throw new Killed();
                            }
                        }),
                        request);
            } catch (Killed e) {
                host.sweep(Duration.ZERO, List.of());
            } finally {
                pool.close();
            }
            if (made != null) {
                checkRestored(made);
                return;
            }
            Set<String> after = sim.things();
            assertTrue(after.equals(before) || host.machines().size() == 2, "killed at step " + at + ": " + after);
            if (!after.equals(before)) {
                String whole = host.machines().stream()
                        .map(Machine::id)
                        .filter(id -> !id.equals(machine))
                        .findFirst()
                        .orElseThrow();
                checkRestored(whole);
                sim.contents(whole)
                        .keySet()
                        .forEach(key -> sim.pool.call("VDI.destroy", sim.ref("VDI", sim.vdi(whole, key))));
                sim.pool.call("VM.destroy", sim.ref("VM", whole));
            }
        }
        throw new AssertionError("never finished");
    }
}
