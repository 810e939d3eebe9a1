package io.doppel.hypervisor.xen.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.Machine;
import io.doppel.sim.xapi.Faults;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.Endpoint;
import io.doppel.spi.hypervisor.BaseToken;
import io.doppel.spi.hypervisor.Consistency;
import io.doppel.spi.hypervisor.DiskOffer;
import io.doppel.spi.hypervisor.HypervisorHost;
import io.doppel.spi.hypervisor.Snapshot;
import io.doppel.spi.hypervisor.SnapshotRequest;
import io.doppel.tck.RecordingWork;
import io.doppel.tck.TestCancel;
import io.doppel.transport.nbd.NbdTransport;
import io.doppel.xapi.XapiError;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots and incrementals on a simulated pool, and what goes wrong there. */
class BackupTest {
    private static final int SIZE = (3 << 20) + (64 << 10) + 512;

    @TempDir
    Path folder;

    private SimHost sim;
    private HypervisorHost host;
    private String machine;
    private RecordingWork work;
    private Set<String> before;

    @BeforeEach
    void start() throws Exception {
        sim = new SimHost(folder);
        machine = sim.makeMachine("m", List.of(bytes(SIZE, 1), bytes(1 << 20, 2)));
        host = sim.connect();
        work = new RecordingWork();
        before = sim.things();
    }

    @AfterEach
    void stop() throws Exception {
        host.close();
        sim.close();
    }

    private static byte[] bytes(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private Snapshot snapshot(String consumer, List<BaseToken> bases) throws DoppelException {
        return host.snapshot(
                new SnapshotRequest(machine, Set.of(), consumer, Consistency.CRASH, bases, Map.of()), work);
    }

    private List<BaseToken> full(String consumer, String version) throws DoppelException {
        try (Snapshot snapshot = snapshot(consumer, List.of())) {
            return snapshot.commit(version);
        }
    }

    private static DiskOffer offer(Snapshot snapshot, String key) {
        return snapshot.disks().stream()
                .filter(o -> o.disk().key().equals(key))
                .findFirst()
                .orElseThrow();
    }

    private byte[] read(DiskOffer offer) throws DoppelException {
        assertEquals("nbd", offer.accesses().get(0).kind());
        try (DiskReader reader = new NbdTransport().openReader(offer.accesses().get(0), sim.secrets)) {
            byte[] all = new byte[Math.toIntExact(reader.size())];
            reader.read(0, all, 0, all.length);
            return all;
        }
    }

    @Test
    void incrementalsTellExactlyWhatChanged() throws Exception {
        List<BaseToken> bases = full("v", "1");
        assertEquals(2, bases.size());
        for (int run = 2; run <= 4; run++) {
            sim.write(sim.vdi(machine, "0"), 64L << 10, bytes(10, run));
            sim.write(sim.vdi(machine, "0"), SIZE - 100, bytes(100, run));
            byte[] now = sim.read(sim.vdi(machine, "0"));
            List<BaseToken> next;
            try (Snapshot snapshot = snapshot("v", bases)) {
                DiskOffer offer = offer(snapshot, "0");
                assertEquals(
                        Optional.of(
                                List.of(new ByteRange(64 << 10, 64 << 10), new ByteRange((3 << 20) + (64 << 10), 512))),
                        offer.changes());
                assertEquals(Optional.of(List.of()), offer(snapshot, "1").changes());
                assertArrayEquals(now, read(offer));
                next = snapshot.commit(Integer.toString(run));
            }
            for (BaseToken base : bases) {
                host.releaseBase(base);
            }
            bases = next;
        }
        assertEquals(List.of(), work.warnings());
        host.sweep(Duration.ZERO, List.of());
        assertEquals(before, sim.things());
    }

    @Test
    void twoVaultsAndTwoInstallationsDisturbNobody() throws Exception {
        List<BaseToken> one = full("vault-1", "1");
        List<BaseToken> two = full("vault-2", "1");
        try (HypervisorHost other = new XenHypervisor().connect(sim.context("installation-2", sim.settings()))) {
            other.sweep(Duration.ZERO, List.of());
            one.forEach(b -> release(other, b));
        }
        sim.write(sim.vdi(machine, "1"), 0, bytes(10, 7));
        for (String vault : List.of("vault-1", "vault-2")) {
            try (Snapshot snapshot = snapshot(vault, vault.equals("vault-1") ? one : two)) {
                assertEquals(
                        Optional.of(List.of(new ByteRange(0, 64 << 10))),
                        offer(snapshot, "1").changes(),
                        vault);
            }
        }
    }

    private static void release(HypervisorHost host, BaseToken base) {
        try {
            host.releaseBase(base);
        } catch (DoppelException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SR_BACKEND_FAILURE_460", "SR_BACKEND_FAILURE_44", "VDI_NO_CBT_METADATA"})
    void brokenTrackingMeansFullWithAReasonAndAFreshBase(String code) throws Exception {
        List<BaseToken> bases = full("v", "1");
        sim.pool.faults().on("VDI.list_changed_blocks").times(2).error(code, "", "broken", "");
        List<BaseToken> fresh;
        try (Snapshot snapshot = snapshot("v", bases)) {
            for (DiskOffer offer : snapshot.disks()) {
                assertTrue(offer.changes().isEmpty());
                assertTrue(offer.noChangesReason().orElseThrow().contains(code));
            }
            fresh = snapshot.commit("2");
        }
        try (Snapshot snapshot = snapshot("v", fresh)) {
            assertEquals(Optional.of(List.of()), offer(snapshot, "0").changes());
        }
    }

    @Test
    void goneResizedReplacedAndUntrackedDisksAreReadWhole() throws Exception {
        List<BaseToken> bases = full("v", "1");
        sim.pool.call("VDI.destroy", sim.ref("VDI", Bases.uuid(bases.get(0)).orElseThrow()));
        sim.pool.call("VDI.resize", sim.ref("VDI", sim.vdi(machine, "1")), 2L << 20);
        try (Snapshot snapshot = snapshot("v", bases)) {
            assertTrue(offer(snapshot, "0").noChangesReason().orElseThrow().contains("no longer on the pool"));
            assertTrue(offer(snapshot, "1").noChangesReason().orElseThrow().contains("resized"));
            bases = snapshot.commit("2");
        }
        sim.pool.call("VDI.disable_cbt", sim.ref("VDI", sim.vdi(machine, "0")));
        try (Snapshot snapshot = snapshot("v", bases)) {
            assertTrue(offer(snapshot, "0").changes().isEmpty());
            assertEquals(Optional.of(List.of()), offer(snapshot, "1").changes());
        }
    }

    @Test
    void withoutNbdTheNextWayIsTakenAndSaid() throws Exception {
        sim.pool.faults().on("VDI.get_nbd_info").times(2).error("SR_OPERATION_NOT_SUPPORTED", "sr");
        try (Snapshot snapshot = snapshot("v", List.of())) {
            assertEquals(
                    List.of("xapi-vdi", "xapi-xva"),
                    offer(snapshot, "0").accesses().stream().map(a -> a.kind()).toList());
        }
        assertEquals(1, work.warnings().size(), work.warnings().toString());
        assertTrue(work.warnings().get(0).contains("SR_OPERATION_NOT_SUPPORTED"));
    }

    @Test
    void standardReadsTheExportOnly() throws Exception {
        List<BaseToken> bases = full("v", "1");
        SnapshotRequest request =
                new SnapshotRequest(machine, Set.of("0"), "v", Consistency.CRASH, bases, Map.of("method", "standard"));
        try (Snapshot snapshot = host.snapshot(request, work)) {
            assertEquals(
                    List.of("xapi-xva"),
                    snapshot.disks().get(0).accesses().stream()
                            .map(a -> a.kind())
                            .toList());
            assertTrue(snapshot.disks().get(0).noChangesReason().isPresent());
            assertEquals(List.of(), snapshot.commit("2"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Async.VM.snapshot",
                "VM.snapshot",
                "VM.set_other_config",
                "VDI.set_other_config",
                "VDI.get_nbd_info",
                "VDI.enable_cbt"
            })
    void failuresAndLostAnswersLeaveNothing(String point) throws Exception {
        for (boolean lost : List.of(false, true)) {
            if (lost) {
                sim.pool.faults().on(point).afterwards().drop();
            } else {
                sim.pool.faults().on(point).error("INTERNAL_ERROR", "scripted");
            }
            try (Snapshot snapshot = snapshot("v", List.of())) {
                assertFalse(!lost && work.warnings().isEmpty() && !point.contains("get_"), point + " went unnoticed");
            } catch (DoppelException e) {
                assertFalse(e.getMessage().contains("OpaqueRef:session"), e.getMessage());
            }
            sim.pool.faults().clear();
            assertEquals(before, sim.things(), point + (lost ? " lost" : " failed"));
        }
        assertEquals(1, sim.secrets.size(), "temporary secrets are left");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Async.VDI.enable_cbt",
                "Async.VM.snapshot",
                "VM.set_other_config",
                "VDI.set_other_config",
                "VDI.get_nbd_info",
                "VM.destroy",
                "Async.VDI.data_destroy",
                "task.get_record",
                "event.from"
            })
    void oneBrokenConnectionIsNoFailure(String point) throws Exception {
        for (boolean carriedOut : List.of(false, true)) {
            sim.vdis(machine).values().forEach(vdi -> sim.pool.call("VDI.disable_cbt", sim.ref("VDI", vdi)));
            Faults.Rule rule = sim.pool.faults().on(point);
            (carriedOut ? rule.afterwards() : rule).drop();
            List<BaseToken> bases = full("v", "1");
            assertEquals(1, rule.struck());
            sim.pool.faults().clear();
            assertEquals(List.of(), work.warnings());
            assertEquals(2, bases.size());
            for (BaseToken base : bases) {
                host.releaseBase(base);
            }
            assertEquals(before, sim.things(), point + (carriedOut ? " without its answer" : " cut"));
        }
    }

    @Test
    void whatIsBusyIsWaitedFor() throws Exception {
        sim.pool.faults().on("VM.snapshot").times(2).error("OTHER_OPERATION_IN_PROGRESS", "VM", "OpaqueRef:x");
        Snapshot snapshot = snapshot("v", List.of());
        sim.pool.faults().on("VDI.destroy").times(2).error("VDI_IN_USE", "OpaqueRef:x", "destroy");
        snapshot.close();
        assertEquals(before, sim.things());
    }

    @Test
    void aMasterChangeInTheMiddleIsFollowed() throws Exception {
        Snapshot snapshot = snapshot("v", List.of());
        sim.pool.setMaster(sim.pool.hosts().get(1).ref());
        assertEquals(2, snapshot.commit("1").size());
        snapshot.close();
        sim.pool.endSessions();
        sim.pool.loseEvents();
        assertEquals("m", host.machines().get(0).name());
        host.sweep(Duration.ZERO, List.of());
        assertEquals(before, sim.things());
    }

    @Test
    void longChainsAndBlockedMachinesAreLeftAlone() throws Exception {
        String vm = sim.ref("VM", machine);
        sim.pool.call("VM.add_to_blocked_operations", vm, "snapshot", "by the admin");
        DoppelException blocked = assertThrows(DoppelException.class, () -> snapshot("v", List.of()));
        assertTrue(blocked.is(XenError.BLOCKED) && blocked.getMessage().contains("by the admin"));
        assertEquals(1, host.machines().get(0).problems().size());
        sim.pool.call("VM.remove_from_blocked_operations", vm, "snapshot");
        sim.pool.faults().on("VM.snapshot").error("SR_BACKEND_FAILURE_109", "", "The snapshot chain is too long", "");
        DoppelException chain = assertThrows(DoppelException.class, () -> snapshot("v", List.of()));
        assertTrue(chain.is(XapiError.CHAIN_TOO_LONG), chain.getMessage());
        assertEquals(before, sim.things());
    }

    @Test
    void leftoversOfAKilledServerAreSwept() throws Exception {
        Snapshot lost = snapshot("v", List.of());
        String plugged = sim.ref(
                "VDI",
                sim.pool.listing().vdis().keySet().stream()
                        .filter(uuid -> !before.toString().contains(uuid))
                        .findFirst()
                        .orElseThrow());
        sim.pool.attachToControlDomain(plugged);
        String named = Leftovers.snapshotName(SimHost.INSTALLATION, "6f1d2c3a-58b4-4e0f-9a7d-1c2b3a4d5e6f");
        sim.pool.call("VM.snapshot", sim.ref("VM", machine), named);
        assertEquals(List.of(), host.sweep(Duration.ofHours(1), List.of()), "young things were swept");
        try (HypervisorHost restarted = sim.connect()) {
            assertFalse(restarted.sweep(Duration.ZERO, List.of()).isEmpty());
        }
        assertEquals(before, sim.things());
        lost.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", Marks.INSTALLATION, Marks.KIND})
    void tasksAreSweptWithWhateverMarkTheyGot(String mark) throws Exception {
        Map<String, String> marks = Map.of(Marks.INSTALLATION, SimHost.INSTALLATION, Marks.KIND, Marks.TASK);
        String description = Marks.INSTALLATION + "=" + SimHost.INSTALLATION + " " + Marks.KIND + "=task 1";
        String task = (String) sim.pool.call("task.create", "Doppel: export", description);
        if (!mark.isEmpty()) {
            sim.pool.call("task.add_to_other_config", task, mark, marks.get(mark));
        }
        String other = (String)
                sim.pool.call("task.create", "Doppel: export", description.replace(SimHost.INSTALLATION, "another"));
        assertEquals(1, host.sweep(Duration.ZERO, List.of()).size());
        assertFalse(sim.pool.records().exists("task", task));
        assertTrue(sim.pool.records().exists("task", other));
    }

    @Test
    void whoWaitsForALostAnswerIsNotDisturbedByTasksThatGo() throws Exception {
        String other = (String) sim.pool.call("task.create", "Async.VM.snapshot", "of somebody else");
        sim.pool.faults().on("Async.VM.snapshot").afterwards().drop();
        Faults.Rule gone = sim.pool.faults().on("task.get_status").run(() -> sim.pool.call("task.destroy", other));
        try (Snapshot snapshot = snapshot("v", List.of())) {
            assertEquals(2, snapshot.disks().size());
        }
        assertEquals(1, gone.struck());
        assertEquals(before, sim.things());
    }

    @Test
    void aSnapshotThatAUserNamedAlmostLikeOursStays() throws Exception {
        String named = Leftovers.snapshotName(SimHost.INSTALLATION, "before the upgrade");
        sim.pool.call("VM.snapshot", sim.ref("VM", machine), named);
        assertEquals(List.of(), host.sweep(Duration.ZERO, List.of()));
        assertTrue(sim.pool.listing().snapshots().containsValue(named));
    }

    @Test
    void disksAndMachinesAreLeftOutByMarks() throws Exception {
        String vm = sim.ref("VM", machine);
        sim.pool.call("VM.add_tags", vm, "alikeignore");
        sim.pool.call("VDI.set_name_label", sim.ref("VDI", sim.vdi(machine, "1")), "scratch [NoBak]");
        Machine told = host.machines().get(0);
        assertTrue(told.excluded().contains("alikeignore"));
        assertEquals("", told.disks().get(0).excluded());
        assertFalse(told.disks().get(1).excluded().isEmpty());
        try (Snapshot snapshot = snapshot("v", List.of())) {
            assertEquals(1, snapshot.disks().size());
        }
    }

    @Test
    void aChainThatIsNearlyFullGetsNoSnapshot() throws Exception {
        String parent = "";
        for (int i = 0; i < 24; i++) {
            String vdi = (String) sim.pool.call("VDI.create", layer(i));
            sim.pool.records().set("VDI", vdi, "sm_config", parent.isEmpty() ? Map.of() : Map.of("vhd-parent", parent));
            sim.pool.records().set("VDI", vdi, "managed", false);
            parent = sim.uuid("VDI", vdi);
        }
        before = sim.things();
        sim.pool.records().set("VDI", sim.ref("VDI", sim.vdi(machine, "1")), "sm_config", Map.of("vhd-parent", parent));
        DoppelException e = assertThrows(DoppelException.class, () -> snapshot("v", List.of()));
        assertTrue(e.is(XenError.CHAIN) && e.getMessage().contains("disk 1 has a chain of 25"), e.getMessage());
        assertEquals(before, sim.things());
    }

    private Map<String, Object> layer(int number) {
        return Map.of(
                "name_label",
                "layer " + number,
                "name_description",
                "",
                "SR",
                sim.pool.records().text("pool", sim.pool.records().all("pool").get(0), "default_SR"),
                "virtual_size",
                1L << 20,
                "type",
                "user",
                "sharable",
                false,
                "read_only",
                false,
                "other_config",
                Map.of());
    }

    @Test
    void nbdPassesTheAddressMapAndTheBackupNetwork() throws Exception {
        Map<String, String> settings = sim.settings();
        String port = settings.get("port");
        settings.put(
                "address-map",
                "127.0.0.1=192.0.2.7,127.0.0.2=192.0.2.7,127.0.0.1:%1$s=127.0.0.1:%1$s,127.0.0.2:%1$s=127.0.0.2:%1$s"
                        .formatted(port));
        settings.put(
                "backup-network",
                sim.uuid("network", sim.pool.records().all("network").get(0)));
        assertEquals(Optional.of("192.0.2.7"), nbdAddress(settings));
        settings.put("backup-network", "no such network");
        assertEquals(Optional.empty(), nbdAddress(settings));
        assertTrue(
                work.warnings().toString().contains("no such network"),
                work.warnings().toString());
    }

    private Optional<String> nbdAddress(Map<String, String> settings) throws DoppelException {
        host.close();
        host = new XenHypervisor().connect(sim.context(SimHost.INSTALLATION, settings));
        try (Snapshot snapshot = snapshot("v", List.of())) {
            return offer(snapshot, "0").accesses().stream()
                    .filter(a -> a.kind().equals("nbd"))
                    .flatMap(a -> a.endpoint().stream())
                    .map(Endpoint::reachable)
                    .findFirst();
        }
    }

    @Test
    void aCancelEndsTheSnapshotAndLeavesNothing() throws Exception {
        sim.pool.faults().on("VM.snapshot").delay(Duration.ofSeconds(2));
        TestCancel cancel = new TestCancel();
        work = new RecordingWork(cancel);
        sim.pool.faults().on("task.get_record").run(cancel::cancel);
        DoppelException e = assertThrows(DoppelException.class, () -> snapshot("v", List.of()));
        assertTrue(e.is(CommonError.CANCELLED), e.getMessage());
        assertEquals(before, sim.things());
    }
}
