package io.doppel.sim.xapi.calls;

import io.doppel.sim.xapi.Records;
import io.doppel.sim.xapi.XapiFault;
import io.doppel.sim.xapi.db.FieldType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** The making and the end of machines, and their settings. */
final class VmCalls {
    /** What {@code VM.create} must be told; the real server refuses a record without one of them. */
    private static final List<String> NEEDED = List.of(
            "user_version",
            "is_a_template",
            "affinity",
            "memory_static_max",
            "memory_dynamic_max",
            "memory_dynamic_min",
            "memory_static_min",
            "VCPUs_params",
            "VCPUs_max",
            "VCPUs_at_startup",
            "actions_after_shutdown",
            "actions_after_reboot",
            "actions_after_crash",
            "PV_bootloader",
            "PV_kernel",
            "PV_ramdisk",
            "PV_args",
            "PV_bootloader_args",
            "PV_legacy_args",
            "HVM_boot_policy",
            "HVM_boot_params",
            "platform",
            "PCI_bus",
            "other_config",
            "recommendations");

    /** What the server decides by itself whatever the record says. */
    private static final Set<String> IGNORED = Set.of(
            "uuid",
            "resident_on",
            "metrics",
            "guest_metrics",
            "allowed_operations",
            "current_operations",
            "is_control_domain",
            "is_a_snapshot",
            "snapshot_of",
            "snapshot_time",
            "parent",
            "snapshot_info",
            "snapshot_metadata",
            "is_default_template",
            "children",
            "snapshots",
            "attached_PCIs",
            "is_vmss_snapshot");

    private VmCalls() {}

    static void register(Calls calls) {
        calls.add("VM.create", 1, (context, args) -> create(context.records(), args.record(0)));
        calls.add("VM.destroy", 1, (context, args) -> {
            String vm = args.text(0);
            Operations.require(context.records(), vm, "destroy");
            destroy(context.records(), vm);
            return null;
        });
        calls.add("VM.provision", 1, (context, args) -> {
            String vm = args.text(0);
            return Operations.during(context, "VM", vm, "provision", () -> null);
        });
        calls.add("VM.set_NVRAM", 2, (context, args) -> {
            Operations.require(context.records(), args.text(0), "changing_NVRAM");
            context.records().set("VM", args.text(0), "NVRAM", args.record(1));
            return null;
        });
        calls.add("VM.set_memory_limits", 5, (context, args) -> {
            List<String> fields =
                    List.of("memory_static_min", "memory_static_max", "memory_dynamic_min", "memory_dynamic_max");
            for (int i = 0; i < fields.size(); i++) {
                context.records().set("VM", args.text(0), fields.get(i), args.number(i + 1));
            }
            return null;
        });
        calls.add("VM.set_memory", 2, (context, args) -> {
            for (String field : List.of("memory_static_max", "memory_dynamic_min", "memory_dynamic_max")) {
                context.records().set("VM", args.text(0), field, args.number(1));
            }
            return null;
        });
        calls.add(
                "VM.get_allowed_VBD_devices",
                1,
                (context, args) -> freeDevices(context.records(), args.text(0), "VBD"));
        calls.add(
                "VM.get_allowed_VIF_devices",
                1,
                (context, args) -> freeDevices(context.records(), args.text(0), "VIF"));
        calls.add("VM.update_allowed_operations", 1, (context, args) -> {
            Operations.update(context.records(), args.text(0));
            return null;
        });
        calls.add("VM.assert_operation_valid", 2, (context, args) -> {
            Operations.require(context.records(), args.text(0), args.text(1));
            return null;
        });
        for (String name : List.of(
                "set_is_a_template",
                "set_blocked_operations",
                "add_to_blocked_operations",
                "remove_from_blocked_operations")) {
            Call plain = calls.find("VM." + name).call();
            int count = name.startsWith("add") ? 3 : 2;
            calls.add("VM." + name, count, (context, args) -> {
                plain.answer(context, args);
                Operations.update(context.records(), args.text(0));
                return null;
            });
        }
    }

    private static String create(Records records, Map<String, Object> given) {
        for (String field : NEEDED) {
            if (!given.containsKey(field)) {
                throw new XapiFault("FIELD_TYPE_ERROR", field);
            }
        }
        Map<String, Object> fields = new LinkedHashMap<>(given);
        // Clients hand over records that they read from pools of other versions.
        fields.keySet().retainAll(io.doppel.sim.xapi.db.Schema.fields("VM").keySet());
        fields.keySet().removeAll(IGNORED);
        String state = (String) fields.getOrDefault("power_state", "Halted");
        fields.put("power_state", state.equals("Suspended") ? state : "Halted");
        fields.put("domid", -1L);
        fields.put("metrics", records.create("VM_metrics", Map.of("state", List.of())));
        if (fields.getOrDefault("domain_type", "unspecified").equals("unspecified")) {
            fields.put("domain_type", given.get("HVM_boot_policy").equals("") ? "pv" : "hvm");
        }
        if (fields.getOrDefault("generation_id", "").equals("")) {
            fields.put("generation_id", "0:0");
        }
        Map<String, Object> other = new LinkedHashMap<>(VdiCalls.texts(fields.get("other_config")));
        other.putIfAbsent("mac_seed", UUID.randomUUID().toString());
        fields.put("other_config", other);
        String vm = records.create("VM", fields);
        Operations.update(records, vm);
        return vm;
    }

    /** Removes a machine with all that belongs to it but its disks. */
    static void destroy(Records records, String vm) {
        Map<String, Object> record = records.get("VM", vm);
        if ("true".equals(((Map<?, ?>) record.get("other_config")).get("default_template"))) {
            throw new XapiFault("VM_CANNOT_DELETE_DEFAULT_TEMPLATE", vm);
        }
        for (String child : records.refs("VM", vm, "children")) {
            records.set("VM", child, "parent", record.get("parent"));
        }
        Map.of("VBDs", "VBD", "VIFs", "VIF", "VGPUs", "VGPU", "VTPMs", "VTPM", "consoles", "console", "VUSBs", "VUSB")
                .forEach((field, type) -> records.refs("VM", vm, field).forEach(ref -> records.destroy(type, ref)));
        for (String type : List.of("VM_metrics", "VM_guest_metrics")) {
            String ref = (String) record.get(type.substring(3));
            if (records.exists(type, ref)) {
                records.destroy(type, ref);
            }
        }
        records.destroy("VM", vm);
    }

    /** Numbers of devices that no {@code VBD} or {@code VIF} of the machine has. */
    static List<String> freeDevices(Records records, String vm, String type) {
        Set<Integer> free = new TreeSet<>();
        for (int i = 0; i < (type.equals("VBD") ? 255 : 7); i++) {
            free.add(i);
        }
        String field = type.equals("VBD") ? "userdevice" : "device";
        records.refs("VM", vm, type + "s").forEach(ref -> free.remove(Integer.valueOf(records.text(type, ref, field))));
        return free.stream().map(String::valueOf).toList();
    }

    static boolean isNull(Object ref) {
        return ref == null || ref.equals("") || ref.equals(FieldType.NULL);
    }
}
