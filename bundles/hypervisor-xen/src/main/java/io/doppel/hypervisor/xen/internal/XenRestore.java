package io.doppel.hypervisor.xen.internal;

import com.fasterxml.jackson.databind.JsonNode;
import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.MachineDisk;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.hypervisor.HostWork;
import io.doppel.spi.hypervisor.RestoreTarget;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A restore under way: everything it makes is marked as half made until {@link #finish()}. */
final class XenRestore implements RestoreTarget {
    private final XenPool pool;
    private final RestorePlan plan;
    private final HostWork work;
    private final ActiveRuns active;
    private final Runnable step;
    private final DiskWays ways;
    private final List<String> sentences;
    private final Map<String, Rec> made = new LinkedHashMap<>();
    private final Map<String, List<DiskAccess>> accesses = new LinkedHashMap<>();
    private String machine = "";
    private String network = "";
    private boolean over;

    private XenRestore(
            XenPool pool, RestorePlan plan, HostWork work, ActiveRuns active, Runnable step, List<String> sentences) {
        this.pool = pool;
        this.plan = plan;
        this.work = work;
        this.active = active;
        this.step = step;
        this.ways = new DiskWays(pool);
        this.sentences = sentences;
    }

    /**
     * Makes what the disks are written to.
     *
     * @param connection whose restore it is
     * @param step called before each step of the end that changes something; a test crashes there
     */
    static XenRestore prepare(
            XenPool pool, RestorePlan plan, HostWork work, ActiveRuns active, Object connection, Runnable step)
            throws DoppelException {
        XenRestore restore = new XenRestore(pool, plan, work, active, step, plan.sentences(pool.view()));
        active.begin(plan.request().restoreId(), connection);
        try {
            restore.make();
            return restore;
        } catch (DoppelException e) {
            try {
                restore.close();
            } catch (DoppelException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
    }

    private Map<String, String> marks(String kind) {
        Map<String, String> marks =
                Marks.of(pool.installation(), kind, plan.request().restoreId());
        marks.put(Marks.MACHINE, plan.request().sourceMachineId());
        return marks;
    }

    private void make() throws DoppelException {
        if (plan.original().isEmpty()) {
            machine = new NewMachine(pool, plan).create(marks(Marks.RESTORE));
            Rec vm = pool.view().find("vm", machine).orElseThrow(XenRestore::machineGone);
            pool.mark("VM", vm, marks(Marks.RESTORE));
        }
        List<String> refs = new ArrayList<>();
        for (MachineDisk disk : plan.request().disks()) {
            work.cancel().check();
            refs.add(pool.onceAsTask("VDI.create", () -> pool.make(work, "VDI.create", vdi(disk)), () -> made(refs)));
        }
        PoolRecords.View view = pool.view();
        for (int i = 0; i < refs.size(); i++) {
            String ref = refs.get(i);
            String key = plan.request().disks().get(i).key();
            Rec vdi = view.find("vdi", ref).orElseThrow(() -> gone(key));
            pool.mark("VDI", vdi, marks(Marks.RESTORE));
            made.put(key, vdi);
            accesses.put(key, List.of(ways.writing(vdi, plan.storages().get(key))));
        }
    }

    /** A disk of this restore that is not one of these. */
    private Optional<String> made(List<String> others) throws DoppelException {
        return pool.view().all("vdi").stream()
                .filter(vdi -> Marks.is(vdi, Marks.RESTORE) && !others.contains(vdi.ref()))
                .filter(vdi -> Marks.get(vdi, Marks.RUN).equals(plan.request().restoreId()))
                .map(Rec::ref)
                .findFirst();
    }

    private Map<String, Object> vdi(MachineDisk disk) {
        JsonNode old = plan.config().disk(disk.key()).path("disk");
        Map<String, Object> vdi = new LinkedHashMap<>();
        vdi.put("name_label", disk.name());
        vdi.put("name_description", old.path("name_description").asText(""));
        vdi.put("SR", plan.storages().get(disk.key()).ref());
        vdi.put("virtual_size", disk.size());
        vdi.put("type", "user");
        vdi.put("sharable", false);
        vdi.put("read_only", false);
        vdi.put("other_config", marks(Marks.RESTORE));
        vdi.put("xenstore_data", Map.of());
        vdi.put("sm_config", Map.of());
        vdi.put("tags", old.path("tags").isArray() ? old.path("tags") : List.of());
        return vdi;
    }

    @Override
    public Map<String, List<DiskAccess>> disks() {
        return Map.copyOf(accesses);
    }

    @Override
    public List<String> plan() {
        return sentences;
    }

    @Override
    public String finish() throws DoppelException {
        for (Map.Entry<String, Rec> disk : made.entrySet()) {
            if (pool.view().find("vdi", disk.getValue().ref()).isEmpty()) {
                throw gone(disk.getKey());
            }
        }
        String id = plan.original().isPresent() ? swap(plan.original().get()) : complete();
        over = true;
        return id;
    }

    private static DoppelException machineGone() {
        return new DoppelException(XenError.NO_MACHINE, "The new machine is gone");
    }

    private static DoppelException gone(String key) {
        return new DoppelException(XenError.DISK_GONE, "The new disk " + key + " is gone");
    }

    private String swap(Rec original) throws DoppelException {
        Rec now = Inventory.find(pool.view(), original.uuid());
        Swap.checkPossible(now, plan.options());
        if (!Swap.isOff(now)) {
            work.info("Shuts down '" + now.name() + "'");
            shutDown(now);
        }
        PoolRecords.View view = pool.view();
        Rec off = Inventory.find(view, original.uuid());
        new Swap(pool, step).run(view, off, plan.request().restoreId(), made);
        if (plan.options().start()) {
            start(off.ref());
        }
        return original.uuid();
    }

    private void shutDown(Rec vm) throws DoppelException {
        pool.onceAsTask(
                "VM.clean_shutdown",
                () -> pool.run(work, "VM.clean_shutdown", vm.ref()),
                () -> pool.view().find("vm", vm.ref()).filter(Swap::isOff).map(off -> List.<String>of()));
    }

    private String complete() throws DoppelException {
        boolean isolated = plan.request().isolated();
        for (Map.Entry<String, Rec> disk : made.entrySet()) {
            step.run();
            Swap.attach(
                    pool,
                    machine,
                    disk.getValue().ref(),
                    disk.getKey(),
                    plan.config().disk(disk.getKey()));
        }
        NewMachine maker = new NewMachine(pool, plan);
        if (isolated) {
            network = isolatedNetwork();
        }
        step.run();
        maker.cards(machine, isolated ? Optional.of(network) : Optional.empty());
        Map<String, String> kept = isolated ? marks(Marks.BOOT_TEST) : Map.of();
        Rec vm = pool.view().find("vm", machine).orElseThrow(XenRestore::machineGone);
        step.run();
        maker.release(vm, kept);
        for (Rec disk : made.values()) {
            step.run();
            if (isolated) {
                pool.mark("VDI", disk, kept);
            } else {
                pool.unmark(work, disk);
            }
        }
        if (plan.options().start() && !isolated) {
            start(machine);
        }
        return vm.uuid();
    }

    /** A network without a card of any host. */
    private String isolatedNetwork() throws DoppelException {
        Map<String, Object> record = new LinkedHashMap<>();
        record.put("name_label", "Doppel boot test");
        record.put("name_description", "A network without a way out, for the boot test of a restored machine");
        record.put("MTU", 1500);
        record.put("other_config", marks(Marks.BOOT_TEST));
        record.put("bridge", "");
        record.put("managed", true);
        record.put("tags", List.of());
        return pool.once(
                () -> pool.call("network.create", record).asText(),
                () -> pool.view().all("network").stream()
                        .filter(n -> Marks.is(n, Marks.BOOT_TEST)
                                && Marks.get(n, Marks.RUN).equals(plan.request().restoreId()))
                        .map(Rec::ref)
                        .findFirst());
    }

    /** A machine that is restored and does not start is restored nevertheless. */
    private void start(String vm) {
        try {
            pool.start(work, vm);
        } catch (DoppelException e) {
            work.warning("The restored machine could not be started: " + e.what());
        }
    }

    @Override
    public void close() throws DoppelException {
        boolean remove = !over;
        over = true;
        Failures failures = new Failures();
        failures.of(ways::close);
        if (remove) {
            failures.of(this::removeMade);
        }
        // A boot test's machine stays under way until it is destroyed or the connection ends.
        if (remove || !plan.request().isolated()) {
            active.end(plan.request().restoreId());
        }
        failures.throwFirst();
    }

    /** By their marks, because an answer may have been lost. A swap that was decided is left to be completed. */
    private void removeMade() throws DoppelException {
        new Leftovers(pool, active, step).removeRestore(plan.request().restoreId());
    }
}
