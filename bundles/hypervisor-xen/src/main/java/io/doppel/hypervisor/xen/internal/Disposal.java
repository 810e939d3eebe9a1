package io.doppel.hypervisor.xen.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Removes what we made. Waits a while for what is in use; a thing that is gone is no failure. */
final class Disposal {
    private static final Duration LONGEST = Duration.ofSeconds(90);

    private final XenPool pool;
    private final Patience patience;

    Disposal(XenPool pool) {
        this.pool = pool;
        this.patience = new Patience(pool.session(), LONGEST);
    }

    /** Removes a disk. */
    void vdi(Rec vdi) throws DoppelException {
        patience.run(CancelToken.NEVER, List.of("vdi/" + vdi.ref()), () -> {
            pool.runIfThere("VDI.destroy", vdi.ref());
            return null;
        });
    }

    /** Turns a machine off as it is. */
    void turnOff(Rec vm) throws DoppelException {
        patience.run(CancelToken.NEVER, List.of("vm/" + vm.ref()), () -> {
            pool.runIfThere("VM.hard_shutdown", vm.ref());
            return null;
        });
    }

    /** Removes the record of a machine or snapshot and the disks given, in this order. All are tried. */
    void vm(Rec vm, List<Rec> disks) throws DoppelException {
        Failures failures = new Failures();
        failures.of(() -> destroy("VM", vm.ref()));
        for (Rec disk : disks) {
            failures.of(() -> vdi(disk));
        }
        failures.throwFirst();
    }

    /** A snapshot with its disks and, of a checkpoint, its memory. */
    void snapshot(PoolRecords.View view, Rec snapshot) throws DoppelException {
        List<Rec> disks = new ArrayList<>();
        view.disks(snapshot).forEach(d -> disks.add(d.vdi()));
        view.find("vdi", snapshot.text("suspend_VDI")).ifPresent(disks::add);
        disks.removeIf(d -> Marks.is(d, Marks.BASE));
        vm(snapshot, disks);
    }

    /** Unplugs and removes a device of a control domain. */
    void vbd(Rec vbd) throws DoppelException {
        if (vbd.flag("currently_attached")) {
            patience.run(CancelToken.NEVER, List.of("vbd/" + vbd.ref()), () -> {
                pool.runIfThere("VBD.unplug", vbd.ref());
                return null;
            });
        }
        destroy("VBD", vbd.ref());
    }

    /** Unplugs what control domains have of these disks; only for disks that are leftovers of ours. */
    void unplugFromControlDomains(PoolRecords.View view, Set<String> vdis) throws DoppelException {
        for (Rec vbd : List.copyOf(view.all("vbd"))) {
            boolean dom0 = view.find("vm", vbd.text("VM"))
                    .filter(vm -> vm.flag("is_control_domain"))
                    .isPresent();
            if (dom0 && vdis.contains(vbd.text("VDI"))) {
                vbd(vbd);
            }
        }
    }

    /** Destroys an object of a class that needs no storage for that. */
    void destroy(String type, String ref) throws DoppelException {
        patience.run(CancelToken.NEVER, List.of(Texts.lower(type) + "/" + ref), () -> {
            pool.callIfThere(type + ".destroy", ref);
            return null;
        });
    }
}
