package io.doppel.hypervisor.xen.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.hypervisor.HostWork;
import io.doppel.spi.hypervisor.MachineControl;
import java.util.Optional;
import java.util.TreeSet;

/** Machines of boot tests. */
final class XenControl implements MachineControl {
    private final XenPool pool;
    private final ActiveRuns active;

    XenControl(XenPool pool, ActiveRuns active) {
        this.pool = pool;
        this.active = active;
    }

    private Rec own(PoolRecords.View view, String machineId) throws DoppelException {
        Rec vm = view.byUuid("vm", machineId)
                .orElseThrow(
                        () -> new DoppelException(XenError.NO_MACHINE, "The pool has no machine '" + machineId + "'"));
        checkOwn(vm);
        return vm;
    }

    private void checkOwn(Rec vm) throws DoppelException {
        if (!Marks.is(vm, Marks.BOOT_TEST) || !Marks.ours(vm, pool.installation())) {
            throw new DoppelException(
                    XenError.NOT_OURS,
                    "The machine '" + vm.name() + "' was not made by a boot test of this installation");
        }
    }

    @Override
    public void start(String machineId, HostWork work) throws DoppelException {
        Rec vm = own(pool.view(), machineId);
        if (Swap.isOff(vm)) {
            pool.start(work, vm.ref());
        }
    }

    @Override
    public GuestState state(String machineId) throws DoppelException {
        PoolRecords.View view = pool.view();
        Rec vm = own(view, machineId);
        boolean running = vm.text("power_state").equalsIgnoreCase("running");
        Optional<Rec> guest = view.find("vm_guest_metrics", vm.text("guest_metrics"));
        boolean reports = running
                && guest.filter(g -> g.flag("live")
                                || !g.map("os_version").isEmpty()
                                || !g.map("networks").isEmpty())
                        .isPresent();
        return new GuestState(running, reports, guest.map(XenControl::details).orElse(""));
    }

    private static String details(Rec guest) {
        TreeSet<String> told = new TreeSet<>(guest.map("networks").values());
        guest.map("os_version").entrySet().stream()
                .filter(e -> e.getKey().equals("name"))
                .forEach(e -> told.add(e.getValue()));
        return String.join(", ", told);
    }

    @Override
    public void destroy(String machineId) throws DoppelException {
        PoolRecords.View view = pool.view();
        Optional<Rec> vm = view.byUuid("vm", machineId);
        if (vm.isEmpty()) {
            return;
        }
        checkOwn(vm.get());
        String run = Marks.get(vm.get(), Marks.RUN);
        Leftovers leftovers = new Leftovers(pool, active, () -> {});
        leftovers.removeMachine(view, vm.get());
        leftovers.removeRestore(run);
        active.end(run);
    }
}
