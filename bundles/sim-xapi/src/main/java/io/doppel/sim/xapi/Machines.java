package io.doppel.sim.xapi;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes things on a pool the way a client would. */
final class Machines {
    private static final long MIB = 1L << 20;

    private final SimPool pool;

    Machines(SimPool pool) {
        this.pool = pool;
    }

    String make(String name, long... diskSizes) {
        String vm = (String) pool.call("VM.create", record(name));
        for (int i = 0; i < diskSizes.length; i++) {
            Object vdi = pool.call(
                    "VDI.create",
                    Map.of(
                            "name_label",
                            name + " disk " + i,
                            "name_description",
                            "",
                            "SR",
                            pool.records().text("pool", only("pool"), "default_SR"),
                            "virtual_size",
                            diskSizes[i],
                            "type",
                            "user",
                            "sharable",
                            false,
                            "read_only",
                            false,
                            "other_config",
                            Map.of()));
            pool.call("VBD.create", device(vm, (String) vdi, Integer.toString(i), i == 0));
        }
        pool.call(
                "VIF.create",
                Map.of(
                        "VM",
                        vm,
                        "network",
                        only("network"),
                        "device",
                        "0",
                        "MAC",
                        "",
                        "MTU",
                        1500L,
                        "other_config",
                        Map.of(),
                        "qos_algorithm_type",
                        "",
                        "qos_algorithm_params",
                        Map.of()));
        return vm;
    }

    String attachToControlDomain(String vdi) {
        String control = pool.records().text("host", pool.master().ref(), "control_domain");
        String vbd = (String) pool.call("VBD.create", device(control, vdi, "autodetect", false));
        pool.records().set("VBD", vbd, "currently_attached", true);
        return vbd;
    }

    private String only(String type) {
        return pool.records().all(type).get(0);
    }

    private static Map<String, Object> device(String vm, String vdi, String number, boolean bootable) {
        return Map.of(
                "VM",
                vm,
                "VDI",
                vdi,
                "userdevice",
                number,
                "bootable",
                bootable,
                "mode",
                "RW",
                "type",
                "Disk",
                "unpluggable",
                true,
                "empty",
                false,
                "other_config",
                Map.of("owner", ""),
                "qos_algorithm_type",
                "");
    }

    private static Map<String, Object> record(String name) {
        Map<String, Object> record = new LinkedHashMap<>();
        record.put("name_label", name);
        record.put("name_description", "");
        for (String field : List.of(
                "PV_bootloader",
                "PV_kernel",
                "PV_ramdisk",
                "PV_args",
                "PV_bootloader_args",
                "PV_legacy_args",
                "PCI_bus",
                "recommendations")) {
            record.put(field, "");
        }
        for (String field :
                List.of("memory_static_max", "memory_dynamic_max", "memory_dynamic_min", "memory_static_min")) {
            record.put(field, 512 * MIB);
        }
        record.put("user_version", 1L);
        record.put("is_a_template", false);
        record.put("affinity", "OpaqueRef:NULL");
        record.put("VCPUs_params", Map.of());
        record.put("VCPUs_max", 2L);
        record.put("VCPUs_at_startup", 2L);
        record.put("actions_after_shutdown", "destroy");
        record.put("actions_after_reboot", "restart");
        record.put("actions_after_crash", "restart");
        record.put("HVM_boot_policy", "BIOS order");
        record.put("HVM_boot_params", Map.of("order", "cd", "firmware", "bios"));
        record.put("platform", Map.of("acpi", "1", "apic", "true", "pae", "true", "viridian", "true", "nx", "true"));
        record.put("other_config", Map.of());
        return record;
    }
}
