package io.doppel.hypervisor.xen.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.Machine;
import io.doppel.api.inventory.MachineDisk;
import io.doppel.hypervisor.xen.internal.PoolRecords.Attached;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The machines of a pool as people know them. */
final class Inventory {
    static final String FORMAT = "vdi";
    private static final String NOBAK = "[nobak]";

    private final PoolRecords.View view;
    private final XenSettings settings;

    Inventory(PoolRecords.View view, XenSettings settings) {
        this.view = view;
        this.settings = settings;
    }

    List<Machine> machines() {
        return view.all("vm").stream()
                .filter(Inventory::isMachine)
                .map(this::machine)
                .toList();
    }

    /** The record of a machine. */
    static Rec find(PoolRecords.View view, String uuid) throws DoppelException {
        return view.byUuid("vm", uuid)
                .filter(Inventory::isMachine)
                .orElseThrow(() -> new DoppelException(XenError.NO_MACHINE, "The pool has no machine '" + uuid + "'"));
    }

    private static boolean isMachine(Rec vm) {
        return !vm.flag("is_a_template")
                && !vm.flag("is_a_snapshot")
                && !vm.flag("is_control_domain")
                && !Marks.is(vm, Marks.RESTORE)
                && !Marks.is(vm, Marks.BOOT_TEST);
    }

    private Machine machine(Rec vm) {
        List<MachineDisk> disks = view.disks(vm).stream().map(Inventory::disk).toList();
        return new Machine(
                vm.uuid(),
                vm.name(),
                state(vm),
                Set.copyOf(new LinkedHashSet<>(vm.list("tags"))),
                disks,
                member(vm),
                excluded(vm),
                problems(vm));
    }

    static MachineDisk disk(Attached disk) {
        boolean left = Texts.lower(disk.vdi().name()).contains(NOBAK);
        return new MachineDisk(
                disk.key(),
                disk.vdi().name(),
                disk.vdi().number("virtual_size"),
                FORMAT,
                left ? "Its name has [NOBAK] in it" : "");
    }

    static Machine.PowerState state(Rec vm) {
        return switch (Texts.lower(vm.text("power_state"))) {
            case "running" -> Machine.PowerState.RUNNING;
            case "halted" -> Machine.PowerState.OFF;
            case "suspended", "paused" -> Machine.PowerState.SUSPENDED;
            default -> Machine.PowerState.UNKNOWN;
        };
    }

    private String member(Rec vm) {
        return view.find("host", vm.text("resident_on"))
                .or(() -> view.find("host", vm.text("affinity")))
                .map(Rec::name)
                .orElse("");
    }

    private String excluded(Rec vm) {
        return vm.list("tags").stream()
                .filter(t -> settings.excludeTags().contains(Texts.lower(t)))
                .findFirst()
                .map(t -> "It has the tag '" + t + "'")
                .orElse("");
    }

    private List<String> problems(Rec vm) {
        List<String> problems = new ArrayList<>();
        if (Swap.isUnfinished(vm)) {
            problems.add("A restore over it was interrupted while its disks were swapped; connect the host again");
        }
        blocked(vm).ifPresent(problems::add);
        for (Attached disk : view.disks(vm)) {
            view.find("sr", disk.vdi().text("SR"))
                    .filter(sr -> !attached(sr))
                    .ifPresent(sr -> problems.add(
                            "The storage '" + sr.name() + "' of disk " + disk.key() + " is attached to no host"));
            if (disk.vdi().flag("missing")) {
                problems.add("Disk " + disk.key() + " is missing on its storage");
            }
        }
        return problems;
    }

    static Optional<String> blocked(Rec vm) {
        String why = vm.map("blocked_operations").get("snapshot");
        return why == null
                ? Optional.empty()
                : Optional.of("Snapshots of it are blocked in the pool" + (why.isBlank() ? "" : ": " + why));
    }

    private boolean attached(Rec sr) {
        return sr.list("PBDs").stream()
                .flatMap(ref -> view.find("pbd", ref).stream())
                .anyMatch(pbd -> pbd.flag("currently_attached"));
    }
}
