package io.doppel.hypervisor.xen.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.Machine;
import io.doppel.spi.hypervisor.Consistency;
import io.doppel.spi.hypervisor.HypervisorHost;
import io.doppel.spi.hypervisor.RestoreRequest;
import io.doppel.spi.hypervisor.RestoreTarget;
import io.doppel.spi.hypervisor.Snapshot;
import io.doppel.spi.hypervisor.SnapshotRequest;
import io.doppel.tck.RecordingWork;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pool copies our marks when a user copies what we made; the copies are the user's and stay. */
class UserCopiesTest {
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
        machine = sim.makeMachine("m", List.of(new byte[1 << 20], new byte[1 << 20]));
        host = sim.connect();
    }

    @AfterEach
    void stop() throws Exception {
        host.close();
        sim.close();
    }

    private Snapshot snapshot() throws DoppelException {
        return host.snapshot(new SnapshotRequest(machine, Set.of(), "v", Consistency.CRASH, List.of(), Map.of()), work);
    }

    private Machine told(String id) throws DoppelException {
        return host.machines().stream()
                .filter(m -> m.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private RestoreRequest request(boolean over, boolean isolated) throws DoppelException {
        Map<String, String> config;
        try (Snapshot snapshot = snapshot()) {
            config = snapshot.machineConfig();
        }
        return new RestoreRequest(
                "r-1",
                machine,
                over ? Optional.of(machine) : Optional.empty(),
                "restored",
                told(machine).disks(),
                config,
                isolated,
                Map.of());
    }

    private String copied(String method, String uuid, Object... arguments) {
        String type = method.substring(0, method.indexOf('.'));
        Object[] all = new Object[arguments.length + 1];
        all[0] = sim.ref(type, uuid);
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return sim.uuid(type, (String) sim.pool.call(method, all));
    }

    /** A new run of the server looks for leftovers. */
    private void sweepAgain() throws DoppelException {
        host.close();
        host = sim.connect();
        host.sweep(Duration.ZERO, List.of());
    }

    private boolean thereIs(String kind, String uuid) {
        return sim.things().stream().anyMatch(t -> t.startsWith(kind + " " + uuid));
    }

    private void assertThere(String kind, String uuid) {
        assertTrue(thereIs(kind, uuid), "swept: the user's " + kind + "; there are " + sim.things());
    }

    @Test
    void copiesOfASnapshot() throws Exception {
        String disk;
        String copy;
        String clone;
        try (Snapshot snapshot = snapshot()) {
            String taken = sim.pool.listing().snapshots().keySet().iterator().next();
            String vdi = sim.vdi(taken, "0");
            disk = copied("VDI.clone", vdi);
            copy = copied("VDI.copy", vdi, sim.pool.records().text("VDI", sim.ref("VDI", vdi), "SR"));
            clone = copied("VM.clone", taken, "mine");
            assertEquals(2, snapshot.disks().size());
        }
        sweepAgain();
        assertThere("disk", disk);
        assertThere("disk", copy);
        assertThere("machine", clone);
        assertEquals(2, sim.vdis(clone).size());
    }

    @Test
    void copiesOfAMachineUnderTest() throws Exception {
        RestoreTarget target = host.prepareRestore(request(false, true), work);
        String id = target.finish();
        target.close();
        String clone = copied("VM.clone", id, "mine");
        String snapshot = copied("VM.snapshot", id, "before I try something");
        String disk = copied("VDI.clone", sim.vdi(id, "0"));
        assertEquals("mine", told(clone).name(), "a copy of a machine under test can be backed up");
        host.control().orElseThrow().destroy(id);
        sweepAgain();
        assertThere("machine", clone);
        assertThere("snapshot", snapshot);
        assertThere("disk", disk);
        assertEquals(2, sim.vdis(clone).size());
        assertEquals(2, sim.vdis(snapshot).size());
    }

    @Test
    void copiesOfAHalfMachineAndItsDisks() throws Exception {
        String clone;
        String disk;
        try (RestoreTarget target = host.prepareRestore(request(false, false), work)) {
            String half = sim.pool.listing().vms().entrySet().stream()
                    .filter(vm -> vm.getValue().startsWith("["))
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElseThrow();
            clone = copied("VM.clone", half, "mine");
            String vdi = sim.pool.listing().vdis().keySet().stream()
                    .filter(v -> sim.pool
                            .records()
                            .get("VDI", sim.ref("VDI", v), "other_config")
                            .toString()
                            .contains(Marks.KIND + "=" + Marks.RESTORE))
                    .findFirst()
                    .orElseThrow();
            disk = copied("VDI.clone", vdi);
            assertEquals(2, target.disks().size());
        }
        sweepAgain();
        assertThere("machine", clone);
        assertThere("disk", disk);
    }

    @Test
    void aKeptDiskThatSomebodyUsesAgain() throws Exception {
        Map<String, String> old = sim.vdis(machine);
        try (RestoreTarget target = host.prepareRestore(request(true, false), work)) {
            target.finish();
        }
        String copy = copied("VDI.clone", old.get("0"));
        sim.pool.call(
                "VBD.create",
                Map.of(
                        "VM",
                        sim.ref("VM", machine),
                        "VDI",
                        sim.ref("VDI", old.get("1")),
                        "userdevice",
                        "5",
                        "type",
                        "Disk",
                        "mode",
                        "RW",
                        "bootable",
                        false,
                        "empty",
                        false,
                        "other_config",
                        Map.of()));
        host.confirmRestore("r-1");
        sweepAgain();
        assertThere("disk", copy);
        assertThere("disk", old.get("1"));
        assertTrue(!thereIs("disk", old.get("0")), "what was confirmed is still there");
        assertEquals(List.of(), host.keptOriginals());
    }

    /** Ends a restore over the original after some steps of the swap. */
    private void swapInterrupted(int after) throws Exception {
        RestoreRequest request = request(true, false);
        AtomicInteger left = new AtomicInteger(after);
        XenPool pool = XenPool.connect(sim.context(SimHost.INSTALLATION, sim.settings()));
        try {
            new XenHost(pool, new ActiveRuns(), () -> {
                        if (left.getAndDecrement() == 0) {
                            throw new Killed();
                        }
                    })
                    .prepareRestore(request, work)
                    .finish();
            throw new AssertionError("the swap was not interrupted");
        } catch (Killed e) {
            assertTrue(Swap.isUnfinished(pool.view().byUuid("vm", machine).orElseThrow()));
        } finally {
            pool.close();
        }
    }

    /** The journal comes back with the snapshot, and also the block of starts in a real pool. */
    @ParameterizedTest
    @CsvSource({"1,false", "4,false", "6,true"})
    void aMachineThatIsRevertedToTheMiddleOfASwap(int steps, boolean confirmed) throws Exception {
        swapInterrupted(steps);
        String snapshot = copied("VM.snapshot", machine, "taken in the middle");
        sweepAgain();
        assertEquals(2, sim.vdis(machine).size());
        if (confirmed) {
            host.confirmRestore("r-1");
        }
        int kept = host.keptOriginals().size();
        sim.pool.call("VM.revert", sim.ref("VM", snapshot));
        Swap.STARTS.forEach(start -> sim.pool.call(
                "VM.add_to_blocked_operations", sim.ref("VM", machine), start, "Doppel is swapping its disks"));
        Map<String, String> disks = sim.vdis(machine);
        assertEquals(1, told(machine).problems().size());
        sweepAgain();
        assertEquals(List.of(), told(machine).problems());
        assertEquals(disks, sim.vdis(machine));
        assertEquals(kept, host.keptOriginals().size());
        sim.pool.call("VM.start", sim.ref("VM", machine), false, false);
    }

    @Test
    void aCopyOfAMachineInTheMiddleOfASwap() throws Exception {
        swapInterrupted(5);
        String clone = copied("VM.clone", machine, "mine");
        Map<String, String> disks = sim.vdis(clone);
        sweepAgain();
        assertEquals(List.of(), told(machine).problems());
        assertEquals(2, sim.vdis(machine).size());
        assertEquals(List.of(), told(clone).problems());
        assertEquals(disks, sim.vdis(clone));
        assertTrue(sim.pool
                .records()
                .get("VM", sim.ref("VM", clone), "other_config")
                .toString()
                .contains(Swap.JOURNAL));
    }
}
