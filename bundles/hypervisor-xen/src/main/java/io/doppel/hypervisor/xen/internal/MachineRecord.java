package io.doppel.hypervisor.xen.internal;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The record of a machine to be made: what a version keeps of it, and defaults for the rest. */
final class MachineRecord {
    private static final long GIB = 1L << 30;
    private static final List<String> NUMBERS = List.of(
            "user_version",
            "memory_static_max",
            "memory_dynamic_max",
            "memory_dynamic_min",
            "memory_static_min",
            "VCPUs_max",
            "VCPUs_at_startup",
            "start_delay",
            "shutdown_delay",
            "order",
            "hardware_platform_version");
    private static final List<String> TEXTS = List.of(
            "name_description",
            "actions_after_softreboot",
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
            "PCI_bus",
            "recommendations",
            "ha_restart_priority",
            "domain_type");
    private static final List<String> MAPS = List.of("VCPUs_params", "HVM_boot_params", "platform", "NVRAM");
    private static final Map<String, Object> DEFAULTS = Map.ofEntries(
            Map.entry("memory_static_max", GIB),
            Map.entry("memory_dynamic_max", GIB),
            Map.entry("memory_dynamic_min", GIB),
            Map.entry("memory_static_min", GIB),
            Map.entry("VCPUs_max", 1L),
            Map.entry("VCPUs_at_startup", 1L),
            Map.entry("actions_after_softreboot", "soft_reboot"),
            Map.entry("actions_after_shutdown", "destroy"),
            Map.entry("actions_after_reboot", "restart"),
            Map.entry("actions_after_crash", "restart"),
            Map.entry("HVM_boot_policy", "BIOS order"),
            Map.entry("domain_type", "hvm"),
            Map.entry("HVM_boot_params", Map.of("order", "cd")),
            Map.entry("platform", Map.of("acpi", "1", "apic", "true", "pae", "true", "viridian", "false")));

    private MachineRecord() {}

    /**
     * The fields by which a machine is made, but its name.
     *
     * @param old the machine's record; an empty one if nothing is known
     * @return texts, numbers (Long, Double), booleans, and maps and lists of texts, some of them as JSON
     */
    static Map<String, Object> of(JsonNode old) {
        Map<String, Object> record = new LinkedHashMap<>();
        NUMBERS.forEach(f -> record.put(f, old.has(f) ? old.path(f).asLong() : DEFAULTS.getOrDefault(f, 0L)));
        TEXTS.forEach(f -> record.put(f, old.has(f) ? old.path(f).asText() : DEFAULTS.getOrDefault(f, "")));
        MAPS.forEach(f -> record.put(f, old.path(f).isObject() ? old.path(f) : DEFAULTS.getOrDefault(f, Map.of())));
        record.put("is_a_template", false);
        record.put("affinity", Rec.NULL);
        record.put("ha_always_run", old.path("ha_always_run").asBoolean());
        record.put("has_vendor_device", old.path("has_vendor_device").asBoolean());
        record.put("HVM_shadow_multiplier", old.path("HVM_shadow_multiplier").asDouble(1.0));
        record.put("tags", old.path("tags").isArray() ? old.path("tags") : List.of());
        record.put("other_config", config(old));
        return record;
    }

    /** The other_config without our marks and without the devices that only the old machine had. */
    static Map<String, String> config(JsonNode old) {
        Map<String, String> config = Marks.without(new Rec("", old).map("other_config"));
        config.remove("pci");
        return config;
    }
}
