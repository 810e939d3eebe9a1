package io.doppel.tck;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.Machine;
import io.doppel.api.inventory.MachineDisk;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.hypervisor.BaseToken;
import io.doppel.spi.hypervisor.Consistency;
import io.doppel.spi.hypervisor.DiskOffer;
import io.doppel.spi.hypervisor.HostContext;
import io.doppel.spi.hypervisor.HypervisorHost;
import io.doppel.spi.hypervisor.HypervisorType;
import io.doppel.spi.hypervisor.KeptOriginal;
import io.doppel.spi.hypervisor.RestoreTarget;
import io.doppel.spi.hypervisor.Snapshot;
import io.doppel.spi.hypervisor.SnapshotRequest;
import io.doppel.spi.transport.Transport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The contract of {@link HypervisorType} and all it gives. The subclass has a host of its own for each test, empty at the
 * start, and looks at it from outside of the plug-in.
 */
public abstract class HypervisorContract {
    /** The installation that the contract acts as. */
    protected static final String INSTALLATION = "tck-installation-1";

    private static final String OTHER_INSTALLATION = "tck-installation-2";
    private static final String NAME = "mail server-01";

    private final List<HypervisorHost> connected = new ArrayList<>();
    private HypervisorHost host;
    private DiskSteps steps;
    private String machineId;
    private List<byte[]> contents;

    /** The type under test. */
    protected abstract HypervisorType type();

    /** How to connect to this test's host, as the given installation. */
    protected abstract HostContext context(String installationId) throws Exception;

    /** Transports that open what the host offers. */
    protected abstract List<Transport> transports();

    /** Makes a machine with disks of these contents on the host, not through the plug-in; its id as the plug-in tells it. */
    protected abstract String makeMachine(String name, List<byte[]> disks) throws Exception;

    /** What the machine's disks hold, by disk key, not read through the plug-in. */
    protected abstract Map<String, byte[]> contents(String machine) throws Exception;

    /** Changes bytes of a machine's disk as the machine itself would. */
    protected abstract void change(String machine, String diskKey, long offset, byte[] bytes) throws Exception;

    /** Everything there is on the host, one name each (files, machines, snapshots …), to tell what is left behind. */
    protected abstract Set<String> things() throws Exception;

    /** Sizes of the disks of the machine that the tests use. */
    protected List<Integer> diskSizes() {
        return List.of(2 << 20, (1 << 20) + 512);
    }

    /** Options for restores that the plug-in needs. */
    protected Map<String, String> restoreOptions() {
        return Map.of();
    }

    @BeforeEach
    final void connectAndMakeMachine() throws Exception {
        contents = new ArrayList<>();
        for (int size : diskSizes()) {
            contents.add(DiskData.content(size, size));
        }
        machineId = makeMachine(NAME, contents);
        host = connect(INSTALLATION);
        steps = new DiskSteps(transports(), context(INSTALLATION).secrets(), restoreOptions());
    }

    @AfterEach
    final void disconnect() {
        connected.forEach(HypervisorHost::close);
    }

    private HypervisorHost connect(String installation) throws Exception {
        HypervisorHost one = type().connect(context(installation));
        connected.add(one);
        return one;
    }

    @Test
    void typeDescribesItself() {
        assertTrue(type().name().matches("[a-z][a-z0-9-]*"), "HypervisorType.name: \"short word in lower case\"");
        assertFalse(type().title().isBlank(), "HypervisorType.title: \"one line for people\"");
        assertFalse(type().settings().fields().isEmpty(), "HypervisorType.settings: \"what a person fills in\"");
    }

    @Test
    void machinesAreTold() throws Exception {
        String other = makeMachine("Ä second one", List.of(new byte[4096]));
        Machine machine = machine(host, machineId);
        assertEquals(NAME, machine.name(), "Machine.name: \"name for people\"");
        assertEquals(
                List.of(), machine.problems(), "Machine.problems: \"empty if nothing keeps it from being protected\"");
        assertEquals(
                contents.stream().map(c -> (long) c.length).sorted().toList(),
                machine.disks().stream().map(MachineDisk::size).sorted().toList(),
                "MachineDisk.size: \"size in bytes as the machine sees it\"");
        assertEquals(contents(machineId).keySet(), keys(machine), "MachineDisk.key: \"stable key within its machine\"");
        assertEquals("Ä second one", machine(host, other).name(), "Machine.name");
        assertEquals(2, host.machines().size(), "HypervisorHost.machines: \"as they are now\"");
        assertEquals(machine, machine(connect(INSTALLATION), machineId), "Machine.id: \"stable id within its host\"");
    }

    @Test
    void snapshotGivesEveryBit() throws Exception {
        Set<String> before = things();
        Instant start = Instant.now().minusSeconds(60);
        try (Snapshot snapshot = snapshot(List.of())) {
            assertTrue(
                    snapshot.takenAt().isAfter(start)
                            && snapshot.takenAt().isBefore(Instant.now().plusSeconds(60)),
                    "Snapshot.takenAt: \"when the state was taken\"");
            assertTrue(snapshot.consistency() != null, "Snapshot.consistency: \"what the disks are equal to\"");
            assertEquals(contents(machineId).keySet(), offered(snapshot), "Snapshot.disks: \"the disks asked for\"");
            steps.checkContents(snapshot, contents(machineId));
        }
        assertEquals(before, things(), "Snapshot.close: \"removes the snapshot\"");
    }

    @Test
    void onlyTheDisksAskedForAreOffered() throws Exception {
        String key = contents(machineId).keySet().iterator().next();
        SnapshotRequest request =
                new SnapshotRequest(machineId, Set.of(key), "vault-1", Consistency.CRASH, List.of(), Map.of());
        try (Snapshot snapshot = host.snapshot(request, new RecordingWork())) {
            assertEquals(Set.of(key), offered(snapshot), "SnapshotRequest.diskKeys: \"the disks wanted\"");
        }
    }

    @Test
    void snapshotOfWhatIsNotThereFailsAndLeavesNothing() throws Exception {
        Set<String> before = things();
        String sentence = "HypervisorHost.snapshot: a coded failure for what does not exist";
        assertThrows(
                DoppelException.class,
                () -> host.snapshot(
                        new SnapshotRequest("no-such-machine", Set.of(), "v", Consistency.CRASH, List.of(), Map.of()),
                        new RecordingWork()),
                sentence);
        assertThrows(
                DoppelException.class,
                () -> host.snapshot(
                        new SnapshotRequest(
                                machineId, Set.of("no-such-disk"), "v", Consistency.CRASH, List.of(), Map.of()),
                        new RecordingWork()),
                sentence);
        assertEquals(before, things(), "HypervisorHost.snapshot: \"on failure nothing is left on the host\"");
    }

    @Test
    void snapshotClosesTwiceAndTwoGoTogether() throws Exception {
        Set<String> before = things();
        Snapshot one = snapshot(List.of());
        Snapshot two = snapshot(List.of());
        one.close();
        one.close();
        steps.checkContents(two, contents(machineId));
        two.close();
        assertEquals(before, things(), "Snapshot.close: \"removes the snapshot\"");
    }

    @Test
    void changeDuringASnapshotIsHiddenOrNoticed() throws Exception {
        Map<String, byte[]> before = contents(machineId);
        String key = before.keySet().iterator().next();
        try (Snapshot snapshot = snapshot(List.of());
                DiskReader reader = steps.openReader(steps.offer(snapshot, key).accesses())) {
            reader.read(0, new byte[512], 0, 512);
            change(machineId, key, 8192, StorageData.bytes(4096, 77));
            boolean noticed = false;
            byte[] found = null;
            try {
                found = DiskData.readAll(reader);
                reader.verifyUnchanged();
            } catch (DoppelException e) {
                noticed = true;
            }
            assertTrue(
                    noticed || Arrays.equals(before.get(key), found),
                    "HypervisorHost.snapshot: a state at one instant, \"or a view that verifyUnchanged guards\"");
        }
    }

    @Test
    void basesLeadToSoundChanges() throws Exception {
        Map<String, byte[]> old = contents(machineId);
        List<BaseToken> bases;
        try (Snapshot snapshot = snapshot(List.of())) {
            bases = snapshot.commit("version-1");
        }
        checkBases(bases);
        String key = old.keySet().iterator().next();
        change(machineId, key, 4096, StorageData.bytes(5000, 1));
        change(machineId, key, (1 << 20) - 1, new byte[] {1, 2});
        Map<String, byte[]> fresh = contents(machineId);
        try (Snapshot snapshot = snapshot(bases)) {
            for (DiskOffer offer : snapshot.disks()) {
                String disk = offer.disk().key();
                boolean hadBase = bases.stream().anyMatch(b -> b.diskKey().equals(disk));
                checkChanges(offer, hadBase, old.get(disk), fresh.get(disk));
            }
            steps.checkContents(snapshot, fresh);
        }
    }

    private void checkBases(List<BaseToken> bases) throws Exception {
        Set<String> disks = new HashSet<>();
        for (BaseToken base : bases) {
            assertTrue(disks.add(base.diskKey()), "Snapshot.commit: \"at most one a disk\"");
            assertTrue(contents(machineId).containsKey(base.diskKey()), "BaseToken.diskKey: " + base.diskKey());
            assertEquals(machineId, base.machineId(), "BaseToken.machineId");
            assertEquals("vault-1", base.consumer(), "BaseToken.consumer: \"who uses it\"");
            assertEquals(INSTALLATION, base.installationId(), "BaseToken.installationId");
            assertEquals("version-1", base.versionId(), "BaseToken.versionId: \"the committed version\"");
            assertTrue(base.token().length() <= 4096, "BaseToken.token: \"at most 4 KiB\"");
        }
    }

    private static void checkChanges(DiskOffer offer, boolean hadBase, byte[] old, byte[] fresh) {
        if (offer.changes().isEmpty()) {
            assertTrue(
                    !hadBase || offer.noChangesReason().isPresent(),
                    "DiskOffer.noChangesReason: \"why changes is absent although a base was given\"");
            return;
        }
        assertTrue(hadBase, "DiskOffer.changes: given although there was no base");
        List<ByteRange> changes = offer.changes().get();
        String sentence = "DiskOffer.changes: \"ranges that may differ from the base\"";
        DiskData.checkRanges(changes, 0, fresh.length, sentence);
        DiskData.checkEqualOutside(changes, old, fresh, 0, fresh.length, sentence);
    }

    @Test
    void unknownBaseProvesNothing() throws Exception {
        String key = contents(machineId).keySet().iterator().next();
        BaseToken unknown = new BaseToken(machineId, key, "vault-1", INSTALLATION, "version-0", "no such token");
        try (Snapshot snapshot = snapshot(List.of(unknown))) {
            DiskOffer offer = steps.offer(snapshot, key);
            assertTrue(offer.changes().isEmpty(), "DiskOffer.changes: \"cannot be proven, so everything is read\"");
            assertTrue(offer.noChangesReason().isPresent(), "DiskOffer.noChangesReason: \"shown in the run's log\"");
            steps.checkContents(snapshot, contents(machineId));
        }
        assertDoesNotThrow(() -> host.releaseBase(unknown), "releaseBase: \"an unknown token does nothing\"");
    }

    @Test
    void releasedBasesLeaveNothing() throws Exception {
        Set<String> before = things();
        List<BaseToken> bases;
        try (Snapshot snapshot = snapshot(List.of())) {
            bases = snapshot.commit("version-1");
        }
        for (BaseToken base : bases) {
            host.releaseBase(base);
            host.releaseBase(base);
        }
        assertEquals(before, things(), "HypervisorHost.releaseBase: \"frees a change base\"");
    }

    @Test
    void restoreMakesANewMachine() throws Exception {
        Map<String, byte[]> wanted = contents(machineId);
        Machine source = machine(host, machineId);
        Map<String, String> config;
        try (Snapshot snapshot = snapshot(List.of())) {
            config = snapshot.machineConfig();
        }
        String restored;
        try (RestoreTarget target = host.prepareRestore(
                steps.restore("r-1", source, Optional.empty(), "restored ü machine", config), new RecordingWork())) {
            assertFalse(target.plan().isEmpty(), "RestoreTarget.plan: \"what will be written, in sentences\"");
            assertEquals(wanted.keySet(), target.disks().keySet(), "RestoreTarget.disks: \"for each disk key\"");
            steps.write(target, wanted);
            restored = target.finish();
            target.close();
        }
        assertNotEquals(machineId, restored, "RestoreTarget.finish: \"id of the machine restored\"");
        steps.checkEqual(wanted, contents(restored), "RestoreTarget.finish: the new machine's disks");
        steps.checkEqual(wanted, contents(machineId), "HypervisorHost.prepareRestore: the source was changed");
        Machine made = machine(host, restored);
        assertEquals("restored ü machine", made.name(), "RestoreRequest.name: \"name of the new machine\"");
        assertEquals(2, host.machines().size(), "RestoreTarget.finish: \"makes the machine\", one and no more");
        try (Snapshot snapshot = host.snapshot(
                new SnapshotRequest(restored, Set.of(), "vault-1", Consistency.CRASH, List.of(), Map.of()),
                new RecordingWork())) {
            steps.checkContents(snapshot, wanted);
        }
    }

    @Test
    void restoreToATakenNameHarmsNobody() throws Exception {
        Map<String, byte[]> before = contents(machineId);
        Machine source = machine(host, machineId);
        Map<String, byte[]> wanted = changed(before);
        try (RestoreTarget target = host.prepareRestore(
                steps.restore("r-1", source, Optional.empty(), NAME, Map.of()), new RecordingWork())) {
            steps.write(target, wanted);
            assertNotEquals(
                    machineId, target.finish(), "RestoreTarget.finish: a machine of the same name was replaced");
        } catch (DoppelException refused) {
            assertEquals(1, host.machines().size(), "HypervisorHost.prepareRestore refused, yet a machine was made");
        }
        steps.checkEqual(
                before, contents(machineId), "HypervisorHost.prepareRestore: \"nothing that exists is changed\"");
    }

    @Test
    void restoreOverTheOriginalKeepsTheOldUntilConfirmed() throws Exception {
        Map<String, byte[]> before = contents(machineId);
        Map<String, byte[]> wanted = changed(before);
        Machine source = machine(host, machineId);
        String restored;
        try (RestoreTarget target = host.prepareRestore(
                steps.restore("r-1", source, Optional.of(machineId), NAME, Map.of()), new RecordingWork())) {
            assertFalse(target.plan().isEmpty(), "RestoreTarget.plan: \"what will be written, in sentences\"");
            steps.write(target, wanted);
            steps.checkEqual(
                    before,
                    contents(machineId),
                    "HypervisorHost.prepareRestore: \"nothing that exists is changed before finish\"");
            restored = target.finish();
        }
        steps.checkEqual(wanted, contents(restored), "RestoreTarget.finish: \"swaps the new disks for the old ones\"");
        assertEquals(1, host.machines().size(), "HypervisorHost.machines: \"our own helpers are left out\"");
        assertEquals(NAME, machine(host, restored).name(), "a restore over the original keeps its name");
        KeptOriginal kept = onlyKept(connect(INSTALLATION));
        assertEquals("r-1", kept.restoreId(), "KeptOriginal.restoreId");
        assertEquals(restored, kept.machineId(), "KeptOriginal.machineId");
        assertTrue(kept.bytes() > 0, "KeptOriginal.bytes: \"space they take\"");
        Set<String> with = things();
        host.sweep(Duration.ZERO, List.of());
        assertEquals(with, things(), "HypervisorHost.sweep: \"never touches … kept originals\"");
        host.confirmRestore("r-1");
        host.confirmRestore("r-1");
        assertEquals(
                List.of(), host.keptOriginals(), "HypervisorHost.confirmRestore: \"deletes the old disks for good\"");
        assertNotEquals(with, things(), "HypervisorHost.confirmRestore: \"deletes the old disks for good\"");
        steps.checkEqual(wanted, contents(restored), "HypervisorHost.confirmRestore harmed the restored machine");
    }

    @Test
    void abortedRestoresLeaveNothing() throws Exception {
        Set<String> before = things();
        Map<String, byte[]> old = contents(machineId);
        Machine source = machine(host, machineId);
        for (Optional<String> over : List.of(Optional.<String>empty(), Optional.of(machineId))) {
            RestoreTarget target =
                    host.prepareRestore(steps.restore("r-9", source, over, "half", Map.of()), new RecordingWork());
            steps.write(target, changed(old));
            target.close();
            target.close();
            assertEquals(
                    before, things(), "RestoreTarget.close: \"without finish before it: removes everything made\"");
            steps.checkEqual(old, contents(machineId), "RestoreTarget.close harmed the original");
            assertEquals(1, host.machines().size(), "HypervisorHost.machines after an aborted restore");
            assertEquals(List.of(), host.keptOriginals(), "HypervisorHost.keptOriginals after an aborted restore");
        }
    }

    @Test
    void halfMadeMachinesAreNotTold() throws Exception {
        Machine source = machine(host, machineId);
        try (RestoreTarget target = host.prepareRestore(
                steps.restore("r-1", source, Optional.empty(), "half", Map.of()), new RecordingWork())) {
            assertFalse(target.disks().isEmpty(), "RestoreTarget.disks");
            assertEquals(
                    List.of(machineId),
                    host.machines().stream().map(Machine::id).toList(),
                    "HypervisorHost.machines: \"our own helpers … are left out\", and so is what is half made");
        }
    }

    @Test
    void sweepTakesOnlyOurOwnOldLeftovers() throws Exception {
        Set<String> before = things();
        Map<String, byte[]> old = contents(machineId);
        Machine source = machine(host, machineId);
        HypervisorHost other = connect(OTHER_INSTALLATION);
        other.prepareRestore(
                steps.restore("r-other", source, Optional.empty(), "theirs", Map.of()), new RecordingWork());
        other.close();
        Set<String> withTheirs = things();
        host.prepareRestore(steps.restore("r-ours", source, Optional.empty(), "ours", Map.of()), new RecordingWork());
        host.close();
        Set<String> withBoth = things();
        HypervisorHost again = connect(INSTALLATION);
        again.sweep(Duration.ofHours(1), List.of());
        assertEquals(withBoth, things(), "HypervisorHost.sweep: \"never touches items younger than minimumAge\"");
        List<String> removed = again.sweep(Duration.ZERO, List.of());
        assertEquals(withTheirs, things(), "HypervisorHost.sweep: \"never touches items of another installation\"");
        assertEquals(
                withBoth.equals(withTheirs),
                removed.isEmpty(),
                "HypervisorHost.sweep: \"one line for each thing removed\"");
        assertEquals(
                List.of(), again.sweep(Duration.ZERO, List.of()), "HypervisorHost.sweep: a second one finds nothing");
        connect(OTHER_INSTALLATION).sweep(Duration.ZERO, List.of());
        assertEquals(before, things(), "HypervisorHost.sweep: \"removes what runs of this installation left behind\"");
        steps.checkEqual(old, contents(machineId), "HypervisorHost.sweep harmed a machine");
    }

    @Test
    void sweepSparesTheBasesThatAreWantedAndNoOthers() throws Exception {
        Set<String> before = things();
        List<BaseToken> bases;
        try (Snapshot snapshot = snapshot(List.of())) {
            bases = snapshot.commit("version-1");
        }
        Set<String> with = things();
        host.sweep(Duration.ZERO, bases);
        assertEquals(with, things(), "HypervisorHost.sweep: \"never touches … the change bases in wanted\"");
        host.sweep(Duration.ofHours(1), List.of());
        assertEquals(with, things(), "HypervisorHost.sweep: \"never touches items younger than minimumAge\"");
        connect(OTHER_INSTALLATION).sweep(Duration.ZERO, List.of());
        assertEquals(with, things(), "HypervisorHost.sweep: \"never touches items of another installation\"");
        host.sweep(Duration.ZERO, List.of());
        assertEquals(before, things(), "HypervisorHost.sweep: bases not wanted any more are \"leftovers\"");
    }

    @Test
    void unknownRestoreIsConfirmedQuietly() throws Exception {
        Set<String> before = things();
        host.confirmRestore("no-such-restore");
        assertEquals(before, things(), "HypervisorHost.confirmRestore of an unknown restore");
    }

    @Test
    void hostClosesTwiceAndLeavesNoThread() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        HypervisorHost one = connect(INSTALLATION);
        one.machines();
        one.close();
        one.close();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (!before.contains(thread) && !thread.isDaemon()) {
                thread.join(5_000);
                assertFalse(thread.isAlive(), "HypervisorHost.close: \"ends … every thread of it\": " + thread);
            }
        }
    }

    private Snapshot snapshot(List<BaseToken> bases) throws DoppelException {
        return host.snapshot(
                new SnapshotRequest(machineId, Set.of(), "vault-1", Consistency.CRASH, bases, Map.of()),
                new RecordingWork());
    }

    private static Machine machine(HypervisorHost host, String id) throws DoppelException {
        List<Machine> found =
                host.machines().stream().filter(m -> m.id().equals(id)).toList();
        assertEquals(1, found.size(), "HypervisorHost.machines: machines with the id " + id);
        return found.get(0);
    }

    private static KeptOriginal onlyKept(HypervisorHost host) throws DoppelException {
        List<KeptOriginal> kept = host.keptOriginals();
        assertEquals(1, kept.size(), "HypervisorHost.keptOriginals: \"kept until somebody confirms\"");
        return kept.get(0);
    }

    private static Set<String> keys(Machine machine) {
        Set<String> keys = new HashSet<>();
        machine.disks().forEach(disk -> assertTrue(keys.add(disk.key()), "MachineDisk.key twice: " + disk.key()));
        return keys;
    }

    private static Set<String> offered(Snapshot snapshot) {
        Set<String> keys = new HashSet<>();
        snapshot.disks().forEach(offer -> keys.add(offer.disk().key()));
        return keys;
    }

    private static Map<String, byte[]> changed(Map<String, byte[]> contents) {
        Map<String, byte[]> changed = new TreeMap<>();
        contents.forEach((key, bytes) -> changed.put(key, DiskData.content(bytes.length, key.hashCode())));
        return changed;
    }
}
