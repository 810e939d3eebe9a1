package io.doppel.hypervisor.xen.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.hypervisor.BaseToken;
import io.doppel.xapi.XapiFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** What runs of this installation left on a pool. Only what carries its marks is ever touched. */
final class Leftovers {
    private static final String NAME = "Doppel ";

    private final XenPool pool;
    private final ActiveRuns active;
    private final Runnable step;
    private final List<String> done = new ArrayList<>();

    Leftovers(XenPool pool, ActiveRuns active, Runnable step) {
        this.pool = pool;
        this.active = active;
        this.step = step;
    }

    /** Name of a snapshot; tells whose it is before it could be marked. */
    static String snapshotName(String installation, String run) {
        return NAME + installation + " " + run;
    }

    /** Completes or undoes the swaps that were interrupted. Those that cannot be are told by the failure, after all. */
    List<String> completeSwaps() throws DoppelException {
        Failures failures = new Failures();
        PoolRecords.View view = pool.view();
        for (Rec vm : List.copyOf(view.all("vm"))) {
            if (Swap.isUnfinished(vm) && !vm.flag("is_a_snapshot") && !inSwap(vm)) {
                failures.of(() -> new Swap(pool, step).complete(view, vm.uuid()).ifPresent(done::add));
            }
        }
        failures.throwFirst();
        return List.copyOf(done);
    }

    private boolean inSwap(Rec vm) {
        return Swap.journal(vm).map(Swap::restoreOf).filter(active::contains).isPresent();
    }

    /** Removes all leftovers; tries every one and tells the first failure in the end. */
    List<String> sweep(Duration minimumAge, Collection<BaseToken> wanted) throws DoppelException {
        Failures failures = new Failures();
        failures.of(this::completeSwaps);
        Predicate<Rec> leftover = r -> Marks.ours(r, pool.installation())
                && Marks.old(r, minimumAge)
                && !active.contains(Marks.get(r, Marks.RUN));
        PoolRecords.View view = pool.view();
        snapshots(view, leftover, minimumAge, failures);
        machines(view, leftover, failures);
        disks(pool.view(), leftover, wanted, failures);
        networks(pool.view(), leftover, failures);
        failures.of(() -> tasks(leftover));
        failures.throwFirst();
        return List.copyOf(done);
    }

    private void snapshots(PoolRecords.View view, Predicate<Rec> leftover, Duration minimumAge, Failures failures) {
        for (Rec vm : List.copyOf(view.all("vm"))) {
            if (vm.flag("is_a_snapshot")
                    && (leftover.test(vm) && Marks.is(vm, Marks.SNAPSHOT) || unmarked(vm, minimumAge))) {
                failures.of(() -> {
                    unplug(view, disksOf(view, vm));
                    new Disposal(pool).snapshot(view, vm);
                    done.add("Removed the snapshot '" + vm.name() + "'");
                });
            }
        }
    }

    /** A snapshot of ours that could not be marked any more: its whole name tells. */
    private boolean unmarked(Rec vm, Duration minimumAge) {
        String prefix = snapshotName(pool.installation(), "");
        String run = vm.name().startsWith(prefix) ? vm.name().substring(prefix.length()) : "";
        return Marks.isUnmarked(vm)
                && run.matches("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}")
                && !active.contains(run)
                && Times.isOld(vm.text("snapshot_time"), minimumAge);
    }

    private static Set<Rec> disksOf(PoolRecords.View view, Rec vm) {
        Set<Rec> disks = new LinkedHashSet<>();
        view.disks(vm).forEach(d -> disks.add(d.vdi()));
        return disks;
    }

    private void machines(PoolRecords.View view, Predicate<Rec> leftover, Failures failures) {
        for (Rec vm : List.copyOf(view.all("vm"))) {
            boolean half = Marks.is(vm, Marks.RESTORE) || Marks.is(vm, Marks.BOOT_TEST);
            if (!vm.flag("is_a_snapshot") && half && leftover.test(vm)) {
                failures.of(() -> {
                    removeMachine(view, vm);
                    done.add("Removed the half restored machine '" + vm.name() + "'");
                });
            }
        }
    }

    /** Stops and removes a machine of ours with those of its disks that are ours. */
    void removeMachine(PoolRecords.View view, Rec vm) throws DoppelException {
        Set<Rec> disks = disksOf(view, vm);
        disks.removeIf(d -> !Marks.ours(d, pool.installation()));
        if (!Swap.isOff(vm)) {
            new Disposal(pool).turnOff(vm);
        }
        unplug(view, disks);
        new Disposal(pool).vm(vm, List.copyOf(disks));
    }

    private void unplug(PoolRecords.View view, Set<Rec> disks) throws DoppelException {
        Set<String> refs = new HashSet<>();
        disks.forEach(d -> refs.add(d.ref()));
        new Disposal(pool).unplugFromControlDomains(view, refs);
    }

    private void disks(
            PoolRecords.View view, Predicate<Rec> leftover, Collection<BaseToken> wanted, Failures failures) {
        Set<String> keep = new HashSet<>();
        wanted.forEach(token -> Bases.uuid(token).ifPresent(keep::add));
        for (Rec vdi : List.copyOf(view.all("vdi"))) {
            if (!leftover.test(vdi) || Marks.is(vdi, Marks.KEPT) || keep.contains(vdi.uuid())) {
                continue;
            }
            if (attachedToSomebody(view, vdi)) {
                failures.of(() -> pool.mark("VDI", vdi, Map.of()));
                continue;
            }
            failures.of(() -> {
                unplug(view, Set.of(vdi));
                new Disposal(pool).vdi(vdi);
                done.add((Marks.is(vdi, Marks.BASE) ? "Released the change base of '" : "Removed the disk '")
                        + vdi.name() + "'");
            });
        }
    }

    /** A disk that is a machine's own already lost only its last mark's removal. */
    static boolean attachedToSomebody(PoolRecords.View view, Rec vdi) {
        return vdi.list("VBDs").stream()
                .flatMap(ref -> view.find("vbd", ref).stream())
                .flatMap(vbd -> view.find("vm", vbd.text("VM")).stream())
                .anyMatch(vm -> !vm.flag("is_control_domain"));
    }

    private void networks(PoolRecords.View view, Predicate<Rec> leftover, Failures failures) {
        for (Rec network : List.copyOf(view.all("network"))) {
            if (leftover.test(network) && network.list("VIFs").isEmpty()) {
                failures.of(() -> {
                    pool.callIfThere("network.destroy", network.ref());
                    done.add("Removed the network '" + network.name() + "'");
                });
            }
        }
    }

    private void tasks(Predicate<Rec> leftover) throws DoppelException {
        List<Rec> tasks = new ArrayList<>();
        pool.call("task.get_all_records").fields().forEachRemaining(e -> tasks.add(new Rec(e.getKey(), e.getValue())));
        for (Rec task : tasks) {
            if (leftover.test(task) || isDescribedAsOurs(task)) {
                if (task.text("status").equals("pending")) {
                    cancel(task);
                }
                pool.callIfThere("task.destroy", task.ref());
                done.add("Removed the task '" + task.name() + "'");
            }
        }
    }

    /** Whoever made it may have ended before all of its marks were on it; its description had them from the beginning. */
    private boolean isDescribedAsOurs(Rec task) {
        return List.of(task.text("name_description").split(" "))
                .contains(Marks.INSTALLATION + "=" + pool.installation());
    }

    private void cancel(Rec task) throws DoppelException {
        try {
            pool.callIfThere("task.cancel", task.ref());
        } catch (XapiFailure e) {
            if (!e.named("OPERATION_NOT_ALLOWED")) {
                throw e;
            }
        }
    }

    /** Removes what one restore made and did not finish. */
    void removeRestore(String restoreId) throws DoppelException {
        Failures failures = new Failures();
        PoolRecords.View view = pool.view();
        Predicate<Rec> itsOwn = r ->
                Marks.ours(r, pool.installation()) && Marks.get(r, Marks.RUN).equals(restoreId);
        boolean decided = view.all("vm").stream()
                .flatMap(vm -> Swap.journal(vm).stream())
                .anyMatch(journal -> Swap.restoreOf(journal).equals(restoreId));
        if (decided) {
            return;
        }
        machines(view, itsOwn, failures);
        disks(pool.view(), itsOwn, List.of(), failures);
        networks(pool.view(), itsOwn, failures);
        failures.throwFirst();
    }
}
