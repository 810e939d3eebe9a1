package io.doppel.sim.xapi.calls;

import io.doppel.sim.xapi.Records;
import io.doppel.sim.xapi.XapiFault;
import io.doppel.sim.xapi.db.FieldType;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Virtual disks. */
final class VdiCalls {
    private static final List<String> NEEDED =
            List.of("SR", "virtual_size", "type", "sharable", "read_only", "other_config");
    private static final List<String> KEPT = List.of(
            "name_label",
            "name_description",
            "SR",
            "type",
            "sharable",
            "read_only",
            "other_config",
            "xenstore_data",
            "sm_config");
    /** Storage repositories round sizes up to this. */
    private static final long UNIT = 2L * 1024 * 1024;

    private VdiCalls() {}

    static void register(Calls calls) {
        calls.add("VDI.create", 1, (context, args) -> create(context, args.record(0)));
        calls.add("VDI.destroy", 1, (context, args) -> {
            String vdi = args.text(0);
            Operations.during(context, "VDI", vdi, "destroy", () -> {
                requireDetached(context.records(), vdi, "destroy");
                // An import that has not noticed yet that its client is gone has the disk attached.
                if (context.pool().disks().inUse(context.records().text("VDI", vdi, "uuid"))) {
                    throw new XapiFault("VDI_IN_USE", vdi, "destroy");
                }
                return null;
            });
            remove(context, vdi);
            return null;
        });
        calls.add("VDI.forget", 1, (context, args) -> {
            context.records().destroy("VDI", args.text(0));
            return null;
        });
        calls.add("VDI.snapshot", 1, 2, (context, args) -> snapshot(context, args.text(0)));
        calls.add(
                "VDI.clone",
                1,
                2,
                (context, args) -> copy(context, args.text(0), context.records().text("VDI", args.text(0), "SR")));
        calls.add("VDI.copy", 2, 4, (context, args) -> copy(context, args.text(0), args.text(1)));
        for (String name : List.of("resize", "resize_online")) {
            calls.add("VDI." + name, 2, (context, args) -> resize(context, args.text(0), args.number(1), name));
        }
        calls.add("VDI.pool_migrate", 3, (context, args) -> migrate(context, args.text(0), args.text(1)));
        calls.add("VDI.update", 1, (context, args) -> null);
        calls.add("SR.scan", 1, (context, args) -> {
            scan(context, args.text(0));
            return null;
        });
        calls.add("SR.update", 1, (context, args) -> {
            scan(context, args.text(0));
            return null;
        });
    }

    static String create(CallContext context, Map<String, ?> given) throws IOException {
        Records records = context.records();
        for (String field : NEEDED) {
            if (!given.containsKey(field)) {
                throw new XapiFault("FIELD_TYPE_ERROR", field);
            }
        }
        String type = (String) given.get("type");
        if (type.equals("cbt_metadata")) {
            throw new XapiFault("VDI_INCOMPATIBLE_TYPE", "", type);
        }
        String sr = (String) given.get("SR");
        requireAttached(records, sr);
        long asked = (Long) FieldType.INT.accept(given.get("virtual_size"), "virtual_size");
        if (asked <= 0) {
            throw new XapiFault("SR_BACKEND_FAILURE_79", "", "VDI Invalid size [opterr=" + asked + "]", "");
        }
        long size = exact(records, sr) ? asked : (asked + UNIT - 1) / UNIT * UNIT;
        requireRoom(records, sr, size);
        Map<String, Object> fields = kept(given);
        if (given.containsKey("tags")) {
            fields.put("tags", given.get("tags"));
        }
        fields.put("virtual_size", size);
        return make(context, fields, uuid -> context.pool().disks().create(uuid, size));
    }

    /** The simulator's own kind of repository keeps sizes to the byte where it is told to. */
    private static boolean exact(Records records, String sr) {
        return "true".equals(((Map<?, ?>) records.get("SR", sr, "sm_config")).get("exact-size"));
    }

    private interface Maker {
        void make(String uuid) throws IOException;
    }

    private static String make(CallContext context, Map<String, Object> fields, Maker disk) throws IOException {
        Records records = context.records();
        String uuid = UUID.randomUUID().toString();
        disk.make(uuid);
        fields.put("uuid", uuid);
        fields.put("location", uuid);
        fields.put("managed", true);
        fields.put(
                "allowed_operations",
                List.of(
                        "clone",
                        "copy",
                        "resize",
                        "snapshot",
                        "destroy",
                        "data_destroy",
                        "list_changed_blocks",
                        "enable_cbt",
                        "disable_cbt"));
        fields.put("current_operations", Map.of());
        fields.put("physical_utilisation", context.pool().disks().physicalUtilisation(uuid));
        String vdi = records.create("VDI", fields);
        measure(context, records.text("VDI", vdi, "SR"));
        return vdi;
    }

    static String snapshot(CallContext context, String vdi) throws IOException {
        Records records = context.records();
        Map<String, Object> source = records.get("VDI", vdi);
        if (source.get("type").equals("cbt_metadata")) {
            throw new XapiFault("VDI_INCOMPATIBLE_TYPE", vdi, "cbt_metadata");
        }
        context.pool().strike("SR.snapshot");
        context.pool().chains().requireRoom(vdi);
        Map<String, Object> fields = copied(source);
        fields.put("is_a_snapshot", true);
        fields.put("snapshot_of", vdi);
        fields.put("snapshot_time", Instant.now());
        fields.put("cbt_enabled", source.get("cbt_enabled"));
        String snapshot =
                make(context, fields, uuid -> context.pool().disks().snapshot((String) source.get("uuid"), uuid));
        context.pool().chains().snapshot(vdi, snapshot);
        return snapshot;
    }

    static String copy(CallContext context, String vdi, String sr) throws IOException {
        Records records = context.records();
        Map<String, Object> source = records.get("VDI", vdi);
        if (source.get("type").equals("cbt_metadata")) {
            throw new XapiFault("VDI_INCOMPATIBLE_TYPE", vdi, "cbt_metadata");
        }
        requireAttached(records, sr);
        requireRoom(records, sr, (Long) source.get("virtual_size"));
        Map<String, Object> fields = copied(source);
        fields.put("SR", sr);
        String copy = make(context, fields, uuid -> context.pool().disks().copy((String) source.get("uuid"), uuid));
        context.pool().chains().lead(copy, null);
        return copy;
    }

    private static Map<String, Object> copied(Map<String, Object> source) {
        Map<String, Object> fields = kept(source);
        fields.put("virtual_size", source.get("virtual_size"));
        fields.put("on_boot", source.get("on_boot"));
        return fields;
    }

    /** What a new disk and a copy take over as it is given. */
    private static Map<String, Object> kept(Map<String, ?> given) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (String field : KEPT) {
            if (given.containsKey(field)) {
                fields.put(field, given.get(field));
            }
        }
        return fields;
    }

    private static Object resize(CallContext context, String vdi, long size, String operation)
            throws IOException, InterruptedException {
        Records records = context.records();
        return Operations.during(context, "VDI", vdi, operation, () -> {
            if (operation.equals("resize")) {
                requireDetached(records, vdi, operation);
            }
            if (size < records.number("VDI", vdi, "virtual_size")) {
                throw new XapiFault("SR_BACKEND_FAILURE_79", "", "VDI Invalid size [opterr=shrinking not allowed]", "");
            }
            context.pool().disks().resize(records.text("VDI", vdi, "uuid"), size);
            records.set("VDI", vdi, "virtual_size", size);
            return null;
        });
    }

    /** Moves a disk to another repository: it becomes a new one, and the devices that had it have the new one. */
    private static Object migrate(CallContext context, String vdi, String sr) throws IOException, InterruptedException {
        Records records = context.records();
        if ((Boolean) records.get("VDI", vdi, "cbt_enabled")) {
            throw new XapiFault("VDI_CBT_ENABLED", vdi);
        }
        return Operations.during(context, "VDI", vdi, "mirror", () -> {
            String moved = copy(context, vdi, sr);
            records.refs("VDI", vdi, "VBDs").forEach(vbd -> records.set("VBD", vbd, "VDI", moved));
            remove(context, vdi);
            return moved;
        });
    }

    /** Removes a disk with its content and the devices that name it. */
    static void remove(CallContext context, String vdi) throws IOException {
        Records records = context.records();
        if (!(Boolean) records.get("VDI", vdi, "managed")) {
            throw new XapiFault("VDI_NOT_MANAGED", vdi);
        }
        String uuid = records.text("VDI", vdi, "uuid");
        String sr = records.text("VDI", vdi, "SR");
        context.pool().exports().closeDisk(uuid);
        context.pool().disks().destroy(uuid);
        records.refs("VDI", vdi, "VBDs").forEach(vbd -> records.destroy("VBD", vbd));
        records.destroy("VDI", vdi);
        context.pool().chains().coalesce();
        measure(context, sr);
    }

    private static void scan(CallContext context, String sr) throws IOException {
        Records records = context.records();
        requireAttached(records, sr);
        context.pool().chains().coalesce();
        for (String vdi : records.refs("SR", sr, "VDIs")) {
            if ((Boolean) records.get("VDI", vdi, "managed")) {
                long used = context.pool().disks().physicalUtilisation(records.text("VDI", vdi, "uuid"));
                records.set("VDI", vdi, "physical_utilisation", used);
            }
        }
        measure(context, sr);
    }

    private static void measure(CallContext context, String sr) {
        Records records = context.records();
        long used = 0;
        long virtual = 0;
        for (String vdi : records.refs("SR", sr, "VDIs")) {
            if (records.exists("VDI", vdi)) {
                used += records.number("VDI", vdi, "physical_utilisation");
                virtual += records.number("VDI", vdi, "virtual_size");
            }
        }
        records.set("SR", sr, "physical_utilisation", used);
        records.set("SR", sr, "virtual_allocation", virtual);
    }

    private static void requireAttached(Records records, String sr) {
        if (records.refs("SR", sr, "PBDs").stream()
                .noneMatch(pbd -> (Boolean) records.get("PBD", pbd, "currently_attached"))) {
            throw new XapiFault("SR_NO_PBDS", sr);
        }
    }

    private static void requireRoom(Records records, String sr, long size) {
        long free = records.number("SR", sr, "physical_size") - records.number("SR", sr, "physical_utilisation");
        if (size > free) {
            throw new XapiFault("SR_BACKEND_FAILURE_44", "", "There is insufficient space", "");
        }
    }

    /** @throws XapiFault {@code VDI_IN_USE} when a machine has the disk attached */
    static void requireDetached(Records records, String vdi, String operation) {
        for (String vbd : records.refs("VDI", vdi, "VBDs")) {
            if ((Boolean) records.get("VBD", vbd, "currently_attached")) {
                throw new XapiFault("VDI_IN_USE", vdi, operation);
            }
        }
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> texts(Object map) {
        return (Map<String, Object>) map;
    }
}
