package io.doppel.sim.xapi.calls;

import io.doppel.sim.xapi.Records;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The records that a pool has before anybody makes machines: hosts, their cards and certificates, networks, storage. */
final class PoolSeed {
    private static final long GIB = 1L << 30;

    private final Records records;

    PoolSeed(Records records) {
        this.records = records;
    }

    /** @return the pool's reference; {@code sites} is filled with the references of the hosts */
    String make(List<Site> places, Map<String, Site> sites) {
        String network = records.create(
                "network",
                Map.of(
                        "name_label",
                        "Pool-wide network associated with eth0",
                        "bridge",
                        "xenbr0",
                        "other_config",
                        Map.of("is_guest_installer_network", "false")));
        for (Site place : places) {
            sites.put(host(place, sites.size() + 1, network), place);
        }
        String shared = repository("Shared storage", "nfs", true, 1024 * GIB);
        sites.keySet().forEach(host -> attach(host, shared));
        int number = 1;
        for (String host : sites.keySet()) {
            attach(host, repository("Local storage of host " + number++, "ext", false, 256 * GIB));
        }
        template();
        for (String type : List.of("nfs", "ext")) {
            records.create(
                    "SM",
                    Map.of(
                            "type",
                            type,
                            "name_label",
                            type,
                            "capabilities",
                            List.of(
                                    "VDI_CREATE",
                                    "VDI_DELETE",
                                    "VDI_SNAPSHOT",
                                    "VDI_CLONE",
                                    "VDI_RESIZE",
                                    "VDI_CONFIG_CBT")));
        }
        String master = sites.keySet().iterator().next();
        return records.create(
                "pool",
                Map.of(
                        "name_label",
                        "Simulated pool",
                        "master",
                        master,
                        "default_SR",
                        shared,
                        "suspend_image_SR",
                        shared,
                        "crash_dump_SR",
                        shared,
                        "tls_verification_enabled",
                        true,
                        "other_config",
                        Map.of()));
    }

    private String host(Site place, int number, String network) {
        String metrics = records.create(
                "host_metrics", Map.of("memory_total", 64 * GIB, "live", true, "last_updated", Instant.now()));
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name_label", "host" + number);
        fields.put("hostname", "host" + number);
        fields.put("address", place.advertised());
        fields.put("enabled", true);
        fields.put("metrics", metrics);
        fields.put("edition", "xcp-ng");
        fields.put("API_version_major", 2L);
        fields.put("API_version_minor", 21L);
        fields.put("API_version_vendor", "XenSource");
        fields.put("capabilities", List.of("xen-3.0-x86_64", "hvm-3.0-x86_32", "hvm-3.0-x86_64"));
        fields.put(
                "allowed_operations",
                List.of("vm_migrate", "provision", "evacuate", "reboot", "vm_resume", "vm_start"));
        fields.put(
                "software_version",
                Map.of(
                        "product_version",
                        "8.3.0",
                        "product_brand",
                        "XCP-ng",
                        "platform_name",
                        "XCP",
                        "platform_version",
                        "3.4.0",
                        "xapi",
                        "24.19",
                        "hostname",
                        "host" + number));
        fields.put(
                "cpu_info",
                Map.of("cpu_count", "8", "socket_count", "1", "vendor", "GenuineIntel", "modelname", "Simulated"));
        fields.put("license_params", Map.of());
        String host = records.create("host", fields);
        String card = records.create("PIF_metrics", Map.of("carrier", true, "speed", 10_000L, "duplex", true));
        records.create(
                "PIF",
                Map.of(
                        "host",
                        host,
                        "network",
                        network,
                        "device",
                        "eth0",
                        "MAC",
                        String.format(Locale.ROOT, "0a:00:00:00:00:%02x", number),
                        "metrics",
                        card,
                        "physical",
                        true,
                        "management",
                        true,
                        "IP",
                        place.bind(),
                        "netmask",
                        "255.0.0.0",
                        "VLAN",
                        -1L));
        control(host, number);
        graphics(host, number);
        CertificateRecords.replace(records, host, place.identity());
        return host;
    }

    /** A graphics card that can be passed through to a machine. */
    private void graphics(String host, int number) {
        String card = records.create(
                "PCI",
                Map.of(
                        "host", host,
                        "class_name", "VGA compatible controller",
                        "vendor_name", "Simulated",
                        "device_name", "GPU",
                        "pci_id", "0000:0" + number + ":00.0"));
        String group = records.all("GPU_group").stream()
                .findFirst()
                .orElseGet(() -> records.create("GPU_group", Map.of("name_label", "Group of simulated GPUs")));
        records.create("PGPU", Map.of("PCI", card, "host", host, "GPU_group", group));
    }

    /** The control domain of a host, that the server's own work attaches disks to. */
    private void control(String host, int number) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name_label", "Control domain on host: host" + number);
        fields.put("is_control_domain", true);
        fields.put("power_state", "Running");
        fields.put("resident_on", host);
        fields.put("affinity", host);
        fields.put("domain_type", "pv");
        fields.put("memory_static_max", 4 * GIB);
        fields.put("memory_dynamic_max", 4 * GIB);
        fields.put("VCPUs_max", 8L);
        fields.put("metrics", records.create("VM_metrics", Map.of("memory_actual", 4 * GIB)));
        String vm = records.create("VM", fields);
        records.set("host", host, "control_domain", vm);
    }

    private String repository(String name, String type, boolean shared, long size) {
        return records.create(
                "SR",
                Map.of(
                        "name_label", name,
                        "type", type,
                        "content_type", "user",
                        "shared", shared,
                        "physical_size", size,
                        "allowed_operations",
                                List.of(
                                        "vdi_create",
                                        "vdi_snapshot",
                                        "vdi_clone",
                                        "vdi_destroy",
                                        "scan",
                                        "vdi_resize",
                                        "vdi_enable_cbt",
                                        "vdi_disable_cbt",
                                        "vdi_list_changed_blocks",
                                        "vdi_data_destroy"),
                        "sm_config", Map.of("exact-size", "true")));
    }

    private void attach(String host, String sr) {
        records.create("PBD", Map.of("host", host, "SR", sr, "currently_attached", true));
    }

    private void template() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name_label", "Other install media");
        fields.put("is_a_template", true);
        fields.put("is_default_template", true);
        fields.put("HVM_boot_policy", "BIOS order");
        fields.put("domain_type", "hvm");
        fields.put("other_config", Map.of("default_template", "true"));
        records.create("VM", fields);
    }
}
