package io.doppel.hypervisor.xen.internal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.Machine;
import io.doppel.hypervisor.xen.internal.PoolRecords.Attached;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.hypervisor.BaseToken;
import io.doppel.spi.hypervisor.Consistency;
import io.doppel.spi.hypervisor.DiskOffer;
import io.doppel.spi.hypervisor.HostWork;
import io.doppel.spi.hypervisor.SnapshotRequest;
import io.doppel.xapi.XapiFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Takes one snapshot: checks, tracking switched on, the snapshot itself, marks, and the ways to its disks. */
final class SnapshotTaker {
    private static final Duration IN_USE = Duration.ofSeconds(60);

    private static final Set<String> SNAPSHOTS = Set.of("VM.snapshot", "VM.checkpoint");

    private final XenPool pool;
    private final SnapshotRequest request;
    private final HostWork work;
    private final String run;
    private final boolean standard;

    /**
     * @param run a new mark; the snapshot's name has it too, so that it is found even if it could not be marked any more
     */
    SnapshotTaker(XenPool pool, SnapshotRequest request, HostWork work, String run) {
        this.pool = pool;
        this.request = request;
        this.work = work;
        this.run = run;
        this.standard = SnapshotOptions.standard(request.options());
    }

    /**
     * @param ended called once when the snapshot is closed
     */
    XenSnapshot take(Runnable ended) throws DoppelException {
        PoolRecords.View view = pool.view();
        Rec vm = Inventory.find(view, request.machineId());
        List<Attached> disks = wanted(view, vm);
        check(view, vm, disks);
        Set<String> tracked = standard ? Set.of() : track(disks);
        MachineConfig config = MachineConfig.of(view, vm);
        Consistency got = consistency(vm);
        Instant at = Instant.now();
        DiskWays ways = new DiskWays(pool);
        try {
            String ref = got == Consistency.MEMORY ? checkpoint(vm) : null;
            if (ref == null) {
                got = got == Consistency.MEMORY ? Consistency.CRASH : got;
                ref = snapshot(view, vm, disks);
            }
            PoolRecords.View after = pool.view();
            Rec record = after.find("vm", ref).orElseThrow(SnapshotTaker::lost);
            pool.mark("VM", record, Marks.of(pool.installation(), Marks.SNAPSHOT, run));
            work.cancel().check();
            Map<Attached, Attached> pairs = pairs(after, record, disks);
            for (Attached disk : pairs.values()) {
                pool.mark("VDI", disk.vdi(), Marks.of(pool.installation(), Marks.SNAPSHOT, run));
            }
            List<DiskOffer> offers = offers(after, record, pairs, tracked, ways);
            XenSnapshot.Taken taken = new XenSnapshot.Taken(run, record, pairs, at, got, config);
            return new XenSnapshot(pool, request, work, taken, ways, offers, ended);
        } catch (DoppelException e) {
            undo(ways, e);
            throw e;
        }
    }

    private static DoppelException lost() {
        return new DoppelException(CommonError.INTERNAL, "The pool does not show the snapshot that it made");
    }

    private List<Attached> wanted(PoolRecords.View view, Rec vm) throws DoppelException {
        List<Attached> all = view.disks(vm);
        for (String key : request.diskKeys()) {
            if (all.stream().noneMatch(d -> d.key().equals(key))) {
                throw new DoppelException(
                        XenError.NO_DISK, "The machine '" + vm.name() + "' has no disk '" + key + "'");
            }
        }
        return all.stream()
                .filter(d -> request.diskKeys().isEmpty()
                        ? Inventory.disk(d).excluded().isEmpty()
                        : request.diskKeys().contains(d.key()))
                .toList();
    }

    private void check(PoolRecords.View view, Rec vm, List<Attached> disks) throws DoppelException {
        if (Swap.isUnfinished(vm)) {
            throw new DoppelException(XenError.SWAP_UNFINISHED, "The machine '" + vm.name() + "' is half restored");
        }
        Optional<String> blocked = Inventory.blocked(vm);
        if (blocked.isPresent()) {
            throw new DoppelException(XenError.BLOCKED, "Machine '" + vm.name() + "': " + blocked.get());
        }
        ChainCheck.check(pool, view, disks, work);
    }

    /** Switches change tracking on; the disks of which changes were tracked before, by reference of the VDI. */
    private Set<String> track(List<Attached> disks) throws DoppelException {
        Set<String> before = new LinkedHashSet<>();
        for (Attached disk : disks) {
            if (disk.vdi().flag("cbt_enabled")) {
                before.add(disk.vdi().ref());
                continue;
            }
            try {
                patiently(
                        "vdi/" + disk.vdi().ref(),
                        () -> pool.run(work, "VDI.enable_cbt", disk.vdi().ref()));
                work.info("Changes of disk " + disk.key() + " are tracked from now on");
            } catch (XapiFailure e) {
                work.warning("Disk " + disk.key() + " is read whole each time, because its changes cannot be tracked: "
                        + e.what());
            }
        }
        return before;
    }

    private <T> T patiently(String object, Patience.Step<T> step) throws DoppelException {
        return new Patience(pool.session(), IN_USE).run(work.cancel(), List.of(object), step);
    }

    private Consistency consistency(Rec vm) {
        Machine.PowerState state = Inventory.state(vm);
        if (state == Machine.PowerState.OFF) {
            return Consistency.OFF;
        }
        boolean memory = request.wanted() == Consistency.MEMORY && state == Machine.PowerState.RUNNING;
        return memory ? Consistency.MEMORY : Consistency.CRASH;
    }

    private String name() {
        return Leftovers.snapshotName(pool.installation(), run);
    }

    private String checkpoint(Rec vm) throws DoppelException {
        try {
            return patiently("vm/" + vm.ref(), () -> made("VM.checkpoint", vm.ref(), name()));
        } catch (XapiFailure e) {
            work.warning("The memory could not be saved with the disks: " + e.what());
            return null;
        }
    }

    private String snapshot(PoolRecords.View view, Rec vm, List<Attached> disks) throws DoppelException {
        List<String> ignored = view.disks(vm).stream()
                .filter(d -> !disks.contains(d))
                .map(d -> d.vdi().ref())
                .toList();
        String object = "vm/" + vm.ref();
        if (!ignored.isEmpty()) {
            try {
                return patiently(object, () -> made("VM.snapshot", vm.ref(), name(), ignored));
            } catch (XapiFailure e) {
                if (!e.named("MESSAGE_PARAMETER_COUNT_MISMATCH")) {
                    throw e;
                }
                work.info("The pool is too old to leave disks out of a snapshot; all of them are in it for a while");
            }
        }
        return patiently(object, () -> made("VM.snapshot", vm.ref(), name()));
    }

    private String made(String method, Object... arguments) throws DoppelException {
        return pool.onceAsTask(
                method,
                () -> pool.make(work, method, arguments),
                () -> named(pool.view()).stream().map(Rec::ref).findFirst());
    }

    /** The snapshots of this run, also those of which the pool's answer was lost. */
    private List<Rec> named(PoolRecords.View view) {
        return view.all("vm").stream()
                .filter(vm -> vm.flag("is_a_snapshot") && vm.name().equals(name()))
                .toList();
    }

    /** The machine's disks with those of the snapshot at the same position. */
    private static Map<Attached, Attached> pairs(PoolRecords.View view, Rec snapshot, List<Attached> disks)
            throws DoppelException {
        Map<Attached, Attached> pairs = new LinkedHashMap<>();
        List<Attached> taken = view.disks(snapshot);
        for (Attached disk : disks) {
            pairs.put(
                    disk,
                    taken.stream()
                            .filter(t -> t.key().equals(disk.key()))
                            .findFirst()
                            .orElseThrow(SnapshotTaker::lost));
        }
        return pairs;
    }

    private List<DiskOffer> offers(
            PoolRecords.View view, Rec snapshot, Map<Attached, Attached> pairs, Set<String> tracked, DiskWays ways)
            throws DoppelException {
        Bases bases = new Bases(pool);
        List<DiskOffer> offers = new ArrayList<>();
        for (Map.Entry<Attached, Attached> pair : pairs.entrySet()) {
            Attached source = pair.getKey();
            Rec vdi = pair.getValue().vdi();
            Optional<BaseToken> base = Bases.wanted(request, source.key());
            Bases.Changes changes = new Bases.Changes(Optional.empty(), Optional.empty());
            if (base.isPresent()) {
                changes = standard
                        ? Bases.Changes.unknown("the method 'standard' reads disks whole")
                        : bases.changes(
                                view,
                                base.get(),
                                source,
                                vdi,
                                tracked.contains(source.vdi().ref()));
            }
            offers.add(new DiskOffer(
                    Inventory.disk(new Attached(source.vbd(), named(vdi, source.vdi()))),
                    accesses(view, snapshot, pair.getValue(), ways),
                    changes.ranges(),
                    changes.reason()));
        }
        if (!ways.missing().isEmpty()) {
            work.warning("Disks are not read by NBD: " + String.join("; ", ways.missing()));
        }
        return offers;
    }

    /** The snapshot's size with the name that the disk has. */
    private static Rec named(Rec snapshot, Rec source) {
        ObjectNode fields = snapshot.fields().deepCopy();
        return new Rec(snapshot.ref(), fields.put("name_label", source.name()));
    }

    private List<DiskAccess> accesses(PoolRecords.View view, Rec snapshot, Attached disk, DiskWays ways)
            throws DoppelException {
        DiskAccess export = ways.export(snapshot, disk);
        if (standard) {
            return List.of(export);
        }
        List<DiskAccess> all = new ArrayList<>();
        ways.nbd(view, disk.vdi()).ifPresent(all::add);
        all.add(ways.stream(disk.vdi()));
        all.add(export);
        return all;
    }

    /** Removes what a failed attempt left, by its name, because a broken connection may have hidden the answer. */
    private void undo(DiskWays ways, DoppelException failure) {
        Failures failures = new Failures();
        failures.of(ways::close);
        failures.of(() -> {
            if (failure.is(CommonError.IO)) {
                pool.awaitHidden(SNAPSHOTS);
            }
            PoolRecords.View view = pool.view();
            for (Rec vm : named(view)) {
                failures.of(() -> new Disposal(pool).snapshot(view, vm));
            }
        });
        try {
            failures.throwFirst();
        } catch (DoppelException e) {
            failure.addSuppressed(e);
        }
    }
}
