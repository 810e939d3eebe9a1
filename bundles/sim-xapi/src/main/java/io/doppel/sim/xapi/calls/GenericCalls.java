package io.doppel.sim.xapi.calls;

import io.doppel.sim.xapi.Records;
import io.doppel.sim.xapi.XapiFault;
import io.doppel.sim.xapi.db.FieldType.Field;
import io.doppel.sim.xapi.db.FieldType.Shape;
import io.doppel.sim.xapi.db.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What every class has: reading of records and fields, and writing of those that a client may write. */
final class GenericCalls {
    /** Fields that have a method of their own to set them, which does no more than that here. */
    private static final Map<String, List<String>> SETTABLE = Map.of(
            "VM",
            List.of(
                    "NVRAM",
                    "memory_static_max",
                    "memory_static_min",
                    "memory_dynamic_max",
                    "memory_dynamic_min",
                    "VCPUs_max",
                    "VCPUs_at_startup",
                    "domain_type",
                    "suspend_VDI",
                    "order",
                    "start_delay",
                    "shutdown_delay",
                    "has_vendor_device",
                    "bios_strings",
                    "actions_after_crash",
                    "ha_restart_priority",
                    "HVM_boot_policy",
                    "HVM_shadow_multiplier",
                    "is_default_template"),
            "VDI",
            List.of("name_label", "name_description", "read_only", "sharable", "on_boot", "allow_caching"),
            "SR",
            List.of("name_label", "name_description", "shared", "physical_size", "physical_utilisation"),
            "VIF",
            List.of("locking_mode", "ipv4_allowed", "ipv6_allowed"),
            "network",
            List.of("default_locking_mode"),
            "host",
            List.of("hostname", "address"));

    private GenericCalls() {}

    static void register(Calls calls) {
        for (String type : Schema.classes()) {
            if (!type.equals("session")) {
                records(calls, type);
                Schema.fields(type).values().forEach(field -> field(calls, type, field));
            }
        }
        SETTABLE.forEach((type, fields) ->
                fields.stream().filter(Schema.fields(type)::containsKey).forEach(field -> calls.setter(type, field)));
        for (String name : List.of("add_to_NVRAM", "remove_from_NVRAM")) {
            Field field = Schema.fields("VM").get("NVRAM");
            mapCall(calls, "VM", field, name);
        }
    }

    private static void records(Calls calls, String type) {
        calls.add(type + ".get_all", 0, (context, args) -> context.records().all(type));
        calls.add(type + ".get_record", 1, (context, args) -> context.records().get(type, args.text(0)));
        calls.add(type + ".get_all_records", 0, (context, args) -> select(context.records(), type, record -> true));
        calls.add(type + ".get_all_records_where", 1, (context, args) -> {
            Query query = new Query(args.text(0), Schema.fields(type).keySet());
            return select(context.records(), type, query);
        });
        calls.add(type + ".get_by_uuid", 1, (context, args) -> {
            String uuid = args.text(0);
            return select(context.records(), type, record -> uuid.equals(record.get("uuid"))).keySet().stream()
                    .findFirst()
                    .orElseThrow(() -> new XapiFault("UUID_INVALID", type, uuid));
        });
        if (Schema.fields(type).containsKey("name_label")) {
            calls.add(type + ".get_by_name_label", 1, (context, args) -> {
                String label = args.text(0);
                return List.copyOf(select(context.records(), type, record -> label.equals(record.get("name_label")))
                        .keySet());
            });
        }
    }

    private static void field(Calls calls, String type, Field field) {
        calls.add(
                type + ".get_" + field.name(),
                1,
                (context, args) -> context.records().get(type, args.text(0), field.name()));
        if (!field.writable()) {
            return;
        }
        calls.setter(type, field.name());
        if (field.shape() == Shape.MAP) {
            mapCall(calls, type, field, "add_to_" + field.name());
            mapCall(calls, type, field, "remove_from_" + field.name());
        } else if (field.shape() == Shape.SET) {
            setCall(calls, type, field.name(), "add_" + field.name());
            setCall(calls, type, field.name(), "remove_" + field.name());
        }
    }

    private static void mapCall(Calls calls, String type, Field field, String name) {
        boolean add = name.startsWith("add");
        calls.add(type + "." + name, add ? 3 : 2, (context, args) -> {
            Records records = context.records();
            String ref = args.text(0);
            String key = args.text(1);
            // Two clients that change different keys at once must not undo each other.
            synchronized (records) {
                Map<?, ?> before = (Map<?, ?>) records.get(type, ref, field.name());
                Map<Object, Object> after = new LinkedHashMap<>(before);
                if (add && before.containsKey(key)) {
                    throw new XapiFault("MAP_DUPLICATE_KEY", type, field.name(), records.text(type, ref, "uuid"), key);
                }
                if (add) {
                    after.put(key, args.value(2));
                } else {
                    after.remove(key);
                }
                records.set(type, ref, field.name(), after);
            }
            return null;
        });
    }

    /** A method that adds to or removes from a set. */
    static void setCall(Calls calls, String type, String field, String name) {
        calls.add(type + "." + name, 2, (context, args) -> {
            Records records = context.records();
            synchronized (records) {
                List<String> after = new ArrayList<>(records.refs(type, args.text(0), field));
                after.remove(args.text(1));
                if (name.startsWith("add")) {
                    after.add(args.text(1));
                }
                records.set(type, args.text(0), field, after);
            }
            return null;
        });
    }

    private static Map<String, Object> select(Records records, String type, Predicate<Map<String, Object>> wanted) {
        Map<String, Object> found = new LinkedHashMap<>();
        for (String ref : records.all(type)) {
            // Somebody may remove it at this moment.
            try {
                Map<String, Object> record = records.get(type, ref);
                if (wanted.test(record)) {
                    found.put(ref, record);
                }
            } catch (XapiFault e) {
                if (!e.code().equals("HANDLE_INVALID")) {
                    throw e;
                }
            }
        }
        return found;
    }
}
