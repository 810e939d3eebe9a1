package io.doppel.sim.xapi.http;

import io.doppel.sim.xapi.Records;
import io.doppel.sim.xapi.wire.XmlRpc;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The {@code ova.xml} of machines: their records and those that they lead to, with references that hold within the document only
 * ({@code Ref:0} …). References to anything else become null or are left out.
 */
final class OvaDocument {
    static final String FILE = "ova.xml";

    private static final String NULL = "OpaqueRef:NULL";
    /** The classes in the order in which the document has them. */
    private static final List<String> CLASSES = List.of(
            "host",
            "VM",
            "VM_metrics",
            "VM_guest_metrics",
            "VBD",
            "VIF",
            "network",
            "VDI",
            "SR",
            "VGPU",
            "GPU_group",
            "VTPM");

    private final Records records;
    private final boolean snapshots;
    private final boolean powerState;
    private final Map<String, String> ids = new LinkedHashMap<>();
    private final Map<String, String> types = new LinkedHashMap<>();

    /**
     * @param snapshots whether snapshots of the machines are in it, and what makes them snapshots
     * @param powerState whether machines keep their power state, and a suspended one its memory's disk
     */
    OvaDocument(Records records, List<String> machines, boolean snapshots, boolean powerState) {
        this.records = records;
        this.snapshots = snapshots;
        this.powerState = powerState;
        machines.forEach(vm -> addMachine(vm, snapshots));
    }

    /** The id of a record within the document. */
    String id(String ref) {
        return ids.get(ref);
    }

    byte[] xml(String host) {
        Map<?, ?> software = (Map<?, ?>) records.get("host", host, "software_version");
        Map<String, Object> version = new LinkedHashMap<>();
        version.put("hostname", records.text("host", host, "hostname"));
        for (String field : List.of("date", "product_version", "product_brand", "build_number")) {
            version.put(field, software.containsKey(field) ? software.get(field) : "");
        }
        version.put("xapi_major", 1L);
        version.put("xapi_minor", 20L);
        version.put("export_vsn", 2L);
        List<Object> objects = new ArrayList<>();
        for (String type : CLASSES) {
            types.forEach((ref, its) -> {
                if (its.equals(type)) {
                    Map<String, Object> object = new LinkedHashMap<>();
                    object.put("class", type);
                    object.put("id", ids.get(ref));
                    object.put("snapshot", snapshot(type, ref));
                    objects.add(object);
                }
            });
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("version", version);
        document.put("objects", objects);
        return ("<?xml version=\"1.0\"?>\n" + XmlRpc.fragment(document)).getBytes(StandardCharsets.UTF_8);
    }

    private boolean add(String type, String ref) {
        if (!records.exists(type, ref) || ids.containsKey(ref)) {
            return false;
        }
        ids.put(ref, "Ref:" + ids.size());
        types.put(ref, type);
        return true;
    }

    private void addMachine(String vm, boolean withSnapshots) {
        if (!add("VM", vm)) {
            return;
        }
        for (String vif : records.refs("VM", vm, "VIFs")) {
            add("VIF", vif);
            add("network", records.text("VIF", vif, "network"));
        }
        for (String vbd : records.refs("VM", vm, "VBDs")) {
            add("VBD", vbd);
            addDisk(records.text("VBD", vbd, "VDI"));
        }
        for (String vgpu : records.refs("VM", vm, "VGPUs")) {
            add("VGPU", vgpu);
            add("GPU_group", records.text("VGPU", vgpu, "GPU_group"));
        }
        records.refs("VM", vm, "VTPMs").forEach(vtpm -> add("VTPM", vtpm));
        if (withSnapshots) {
            records.refs("VM", vm, "snapshots").forEach(snapshot -> addMachine(snapshot, false));
        }
        if (powerState) {
            addDisk(records.text("VM", vm, "suspend_VDI"));
        }
        add("VM_metrics", records.text("VM", vm, "metrics"));
        add("VM_guest_metrics", records.text("VM", vm, "guest_metrics"));
        add("host", records.text("VM", vm, "resident_on"));
        add("host", records.text("VM", vm, "affinity"));
    }

    private void addDisk(String vdi) {
        if (add("VDI", vdi)) {
            add("SR", records.text("VDI", vdi, "SR"));
        }
    }

    private Map<String, Object> snapshot(String type, String ref) {
        Map<String, Object> fields = new LinkedHashMap<>();
        records.get(type, ref).forEach((name, value) -> fields.put(name, translated(value)));
        fields.replaceAll((name, value) -> switch (name) {
            case "allowed_operations" -> List.of();
            case "current_operations", "blobs" -> Map.of();
            case "currently_attached" -> powerState && (Boolean) value;
            case "power_state" -> powerState ? value : "Halted";
            default -> value;
        });
        if (type.equals("VM") && !snapshots) {
            fields.put("is_a_snapshot", false);
            fields.put("snapshot_of", NULL);
            fields.put("snapshots", List.of());
            fields.put("snapshot_time", Instant.EPOCH);
            fields.put("transportable_snapshot_id", "");
        }
        return fields;
    }

    private Object translated(Object value) {
        if (value instanceof List<?> list) {
            return list.stream()
                    .filter(element -> !isRef(element) || ids.containsKey(element))
                    .map(this::translated)
                    .toList();
        }
        return isRef(value) ? ids.getOrDefault(value, NULL) : value;
    }

    private static boolean isRef(Object value) {
        return value instanceof String text && text.startsWith("OpaqueRef:");
    }
}
