package io.doppel.sim.xapi.calls;

import io.doppel.sim.xapi.Records;
import io.doppel.sim.xapi.XapiFault;
import io.doppel.sim.xapi.db.FieldType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** What plugs into machines: disks' devices, network cards, TPMs and graphics. */
final class DeviceCalls {
    private static final Set<String> DISK_TYPES =
            Set.of("system", "user", "ephemeral", "suspend", "crashdump", "metadata", "rrd", "pvs_cache");

    private DeviceCalls() {}

    static void register(Calls calls) {
        calls.add("VBD.create", 1, (context, args) -> createVbd(context.records(), args.record(0)));
        calls.add("VBD.destroy", 1, (context, args) -> destroy(context.records(), "VBD", args.text(0)));
        calls.add("VBD.plug", 1, (context, args) -> plug(context.records(), args.text(0)));
        for (String name : List.of("unplug", "unplug_force")) {
            calls.add("VBD." + name, 1, (context, args) -> unplug(context.records(), "VBD", args.text(0)));
            calls.add("VIF." + name, 1, (context, args) -> unplug(context.records(), "VIF", args.text(0)));
        }
        calls.add("VBD.set_mode", 2, (context, args) -> {
            context.records().set("VBD", args.text(0), "mode", args.text(1));
            return null;
        });
        calls.add("VBD.eject", 1, (context, args) -> {
            context.records().set("VBD", args.text(0), "VDI", FieldType.NULL);
            context.records().set("VBD", args.text(0), "empty", true);
            return null;
        });
        calls.add("VBD.insert", 2, (context, args) -> {
            context.records().get("VDI", args.text(1));
            context.records().set("VBD", args.text(0), "VDI", args.text(1));
            context.records().set("VBD", args.text(0), "empty", false);
            return null;
        });
        calls.add("VIF.create", 1, (context, args) -> createVif(context.records(), args.record(0)));
        calls.add("VIF.destroy", 1, (context, args) -> destroy(context.records(), "VIF", args.text(0)));
        calls.add("VIF.plug", 1, (context, args) -> {
            requireRunning(context.records(), "VIF", args.text(0));
            context.records().set("VIF", args.text(0), "currently_attached", true);
            return null;
        });
        calls.add("VIF.move", 2, (context, args) -> {
            context.records().get("network", args.text(1));
            context.records().set("VIF", args.text(0), "network", args.text(1));
            return null;
        });
        calls.add("VTPM.create", 2, (context, args) -> createVtpm(context.records(), args.text(0), args.flag(1)));
        calls.add("VTPM.destroy", 1, (context, args) -> {
            context.records().destroy("VTPM", args.text(0));
            return null;
        });
        calls.add(
                "VGPU.create",
                3,
                5,
                (context, args) -> context.records()
                        .create(
                                "VGPU",
                                Map.of(
                                        "VM", args.text(0),
                                        "GPU_group", args.text(1),
                                        "device", args.text(2),
                                        "other_config", args.has(3) ? args.record(3) : Map.of(),
                                        "type", args.text(4, FieldType.NULL))));
        calls.add("VGPU.destroy", 1, (context, args) -> {
            context.records().destroy("VGPU", args.text(0));
            return null;
        });
    }

    private static String createVbd(Records records, Map<String, Object> given) {
        String vm = needed(given, "VM");
        records.get("VM", vm);
        String vdi = (String) given.getOrDefault("VDI", FieldType.NULL);
        boolean empty = Boolean.TRUE.equals(given.getOrDefault("empty", false));
        String type = (String) given.getOrDefault("type", "Disk");
        String mode = needed(given, "mode");
        if (!empty && !DISK_TYPES.contains(records.text("VDI", vdi, "type"))) {
            throw new XapiFault("VDI_INCOMPATIBLE_TYPE", vdi, records.text("VDI", vdi, "type"));
        }
        if (type.equals("CD") && !mode.equals("RO")) {
            throw new XapiFault("VBD_CDS_MUST_BE_READONLY");
        }
        if (empty && !type.equals("CD")) {
            throw new XapiFault("VBD_NOT_REMOVABLE_MEDIA", "in constructor");
        }
        if (!empty && mode.equals("RW") && (Boolean) records.get("VDI", vdi, "read_only")) {
            throw new XapiFault("VDI_READONLY", vdi);
        }
        synchronized (records) {
            List<String> free = VmCalls.freeDevices(records, vm, "VBD");
            String device = needed(given, "userdevice");
            if (device.equals("autodetect")) {
                device = free.get(0);
            } else if (!device.matches("[0-9]{1,3}")) {
                throw new XapiFault("INVALID_DEVICE", device);
            } else if (!free.contains(device)) {
                throw new XapiFault("DEVICE_ALREADY_EXISTS", device);
            }
            Map<String, Object> fields = only(
                    given,
                    "bootable",
                    "mode",
                    "unpluggable",
                    "other_config",
                    "qos_algorithm_type",
                    "qos_algorithm_params");
            fields.putAll(Map.of(
                    "VM",
                    vm,
                    "VDI",
                    vdi,
                    "type",
                    type,
                    "empty",
                    empty,
                    "userdevice",
                    device,
                    "allowed_operations",
                    List.of("attach", "plug")));
            return records.create("VBD", fields);
        }
    }

    private static String createVif(Records records, Map<String, Object> given) {
        String vm = needed(given, "VM");
        String network = needed(given, "network");
        records.get("network", network);
        synchronized (records) {
            String device = needed(given, "device");
            if (device.equals("autodetect")) {
                device = VmCalls.freeDevices(records, vm, "VIF").get(0);
            } else if (!VmCalls.freeDevices(records, vm, "VIF").contains(device)) {
                throw new XapiFault("DEVICE_ALREADY_EXISTS", device);
            }
            String mac = needed(given, "MAC");
            boolean own = !mac.isEmpty();
            if (own && !mac.matches("(?i)[0-9a-f]{2}(:[0-9a-f]{2}){5}")) {
                throw new XapiFault("MAC_INVALID", mac);
            }
            Map<String, Object> fields = only(
                    given,
                    "MTU",
                    "other_config",
                    "qos_algorithm_type",
                    "qos_algorithm_params",
                    "locking_mode",
                    "ipv4_allowed",
                    "ipv6_allowed");
            fields.putAll(Map.of(
                    "VM",
                    vm,
                    "network",
                    network,
                    "device",
                    device,
                    "MAC",
                    own ? mac.toLowerCase(java.util.Locale.ROOT) : mac(),
                    "MAC_autogenerated",
                    !own,
                    "allowed_operations",
                    List.of("attach", "plug")));
            return records.create("VIF", fields);
        }
    }

    private static String createVtpm(Records records, String vm, boolean unique) {
        Operations.require(records, vm, "create_vtpm");
        if (!records.refs("VM", vm, "VTPMs").isEmpty()) {
            throw new XapiFault("VTPM_MAX_AMOUNT_REACHED", "1");
        }
        return records.create("VTPM", Map.of("VM", vm, "is_unique", unique));
    }

    private static Object plug(Records records, String vbd) {
        requireRunning(records, "VBD", vbd);
        if ((Boolean) records.get("VBD", vbd, "currently_attached")) {
            throw new XapiFault("DEVICE_ALREADY_ATTACHED", vbd);
        }
        requireFree(records, vbd);
        records.set("VBD", vbd, "device", device(records.text("VBD", vbd, "userdevice")));
        records.set("VBD", vbd, "currently_attached", true);
        return null;
    }

    private static Object unplug(Records records, String type, String ref) {
        requireRunning(records, type, ref);
        if (!(Boolean) records.get(type, ref, "currently_attached")) {
            throw new XapiFault("DEVICE_ALREADY_DETACHED", ref);
        }
        records.set(type, ref, "currently_attached", false);
        return null;
    }

    private static Object destroy(Records records, String type, String ref) {
        if ((Boolean) records.get(type, ref, "currently_attached")) {
            throw new XapiFault(
                    "OPERATION_NOT_ALLOWED",
                    type + " '" + ref + "' still attached to '" + records.text(type, ref, "VM") + "'");
        }
        records.destroy(type, ref);
        return null;
    }

    private static void requireRunning(Records records, String type, String ref) {
        String vm = records.text(type, ref, "VM");
        String state = records.text("VM", vm, "power_state");
        if (!state.equals("Running")) {
            throw new XapiFault("VM_BAD_POWER_STATE", vm, "running", state.toLowerCase(java.util.Locale.ROOT));
        }
    }

    /** @throws XapiFault {@code VDI_IN_USE} when another device that writes has the disk, or this one writes to a used disk */
    static void requireFree(Records records, String vbd) {
        String vdi = records.text("VBD", vbd, "VDI");
        if (!records.exists("VDI", vdi) || (Boolean) records.get("VDI", vdi, "sharable")) {
            return;
        }
        boolean writes = records.text("VBD", vbd, "mode").equals("RW");
        for (String other : records.refs("VDI", vdi, "VBDs")) {
            boolean attached = (Boolean) records.get("VBD", other, "currently_attached");
            if (!other.equals(vbd)
                    && attached
                    && (writes || records.text("VBD", other, "mode").equals("RW"))) {
                throw new XapiFault("VDI_IN_USE", vdi, "attach");
            }
        }
    }

    /** The name that a guest sees: {@code xvda} for 0. */
    static String device(String userdevice) {
        int number = Integer.parseInt(userdevice);
        return number < 26
                ? "xvd" + (char) ('a' + number)
                : "xvd" + (char) ('a' + number / 26 - 1) + (char) ('a' + number % 26);
    }

    static String mac() {
        byte[] tail = new byte[5];
        ThreadLocalRandom.current().nextBytes(tail);
        StringBuilder mac = new StringBuilder("0a");
        for (byte part : tail) {
            mac.append(String.format(":%02x", part));
        }
        return mac.toString();
    }

    private static String needed(Map<String, Object> given, String field) {
        if (given.get(field) instanceof String text) {
            return text;
        }
        throw new XapiFault("FIELD_TYPE_ERROR", field);
    }

    private static Map<String, Object> only(Map<String, Object> given, String... names) {
        Map<String, Object> fields = new LinkedHashMap<>(given);
        fields.keySet().retainAll(List.of(names));
        return fields;
    }
}
