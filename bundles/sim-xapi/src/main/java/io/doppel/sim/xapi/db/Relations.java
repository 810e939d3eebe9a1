package io.doppel.sim.xapi.db;

import java.util.ArrayList;
import java.util.List;

/** The fields that mirror references: {@code VM.VBDs} lists all whose {@code VBD.VM} is that machine. */
final class Relations {
    /** @param type whose {@code field} (a reference, or a set of them) points to records of {@code target} */
    record Relation(String type, String field, String target, String mirror) {}

    private static final List<Relation> ALL = new ArrayList<>();

    static {
        add("VBD.VM", "VM.VBDs");
        add("VIF.VM", "VM.VIFs");
        add("console.VM", "VM.consoles");
        add("VTPM.VM", "VM.VTPMs");
        add("VGPU.VM", "VM.VGPUs");
        add("VUSB.VM", "VM.VUSBs");
        add("VM.snapshot_of", "VM.snapshots");
        add("VM.parent", "VM.children");
        add("VM.resident_on", "host.resident_VMs");
        add("VM.attached_PCIs", "PCI.attached_VMs");
        add("VDI.snapshot_of", "VDI.snapshots");
        add("VDI.SR", "SR.VDIs");
        add("VBD.VDI", "VDI.VBDs");
        add("PBD.SR", "SR.PBDs");
        add("PBD.host", "host.PBDs");
        add("PIF.host", "host.PIFs");
        add("PIF.network", "network.PIFs");
        add("VIF.network", "network.VIFs");
        add("PCI.host", "host.PCIs");
        add("PGPU.host", "host.PGPUs");
        add("PGPU.GPU_group", "GPU_group.PGPUs");
        add("VGPU.GPU_group", "GPU_group.VGPUs");
        add("PUSB.host", "host.PUSBs");
        add("host_cpu.host", "host.host_CPUs");
        add("Certificate.host", "host.certificates");
        add("task.subtask_of", "task.subtasks");
    }

    private Relations() {}

    private static void add(String field, String mirror) {
        String[] from = field.split("\\.");
        String[] to = mirror.split("\\.");
        ALL.add(new Relation(from[0], from[1], to[0], to[1]));
    }

    static List<Relation> of(String type) {
        return ALL.stream().filter(relation -> relation.type.equals(type)).toList();
    }

    static List<Relation> of(String type, String field) {
        return of(type).stream()
                .filter(relation -> relation.field.equals(field))
                .toList();
    }

    static List<Relation> mirroredIn(String target) {
        return ALL.stream().filter(relation -> relation.target.equals(target)).toList();
    }
}
