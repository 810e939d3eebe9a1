package io.doppel.sim.xapi.calls;

import io.doppel.sim.xapi.Records;
import io.doppel.sim.xapi.XapiFault;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Hosts, networks, storage repositories' attachment, messages, and the pool itself. */
final class PoolCalls {
    private PoolCalls() {}

    static void register(Calls calls) {
        calls.add("pool.designate_new_master", 1, (context, args) -> {
            context.pool().setMaster(args.text(0));
            return null;
        });
        for (String name : List.of("get_servertime", "get_server_localtime")) {
            calls.add("host." + name, 1, (context, args) -> Instant.now());
        }
        calls.add("host.get_server_certificate", 1, (context, args) -> {
            context.records().get("host", args.text(0));
            return context.pool().sites().get(args.text(0)).identity().certificatePem();
        });
        calls.add("host.compute_free_memory", 1, (context, args) -> 8L << 30);
        calls.add(
                "host.get_management_interface",
                1,
                (context, args) -> context.records().refs("host", args.text(0), "PIFs").stream()
                        .filter(pif -> (Boolean) context.records().get("PIF", pif, "management"))
                        .findFirst()
                        .orElseThrow(() -> new XapiFault("HOST_HAS_NO_MANAGEMENT_IP")));
        calls.add("host.enable", 1, (context, args) -> enabled(context.records(), args.text(0), true));
        calls.add("host.disable", 1, (context, args) -> enabled(context.records(), args.text(0), false));
        calls.add("network.create", 1, (context, args) -> createNetwork(context.records(), args.record(0)));
        calls.add("network.destroy", 1, (context, args) -> destroyNetwork(context.records(), args.text(0)));
        calls.add(
                "network.add_purpose", 2, (context, args) -> addPurpose(context.records(), args.text(0), args.text(1)));
        GenericCalls.setCall(calls, "network", "purpose", "remove_purpose");
        calls.add("PBD.plug", 1, (context, args) -> attached(context.records(), args.text(0), true));
        calls.add("PBD.unplug", 1, (context, args) -> attached(context.records(), args.text(0), false));
        calls.add(
                "message.create",
                5,
                (context, args) -> context.records()
                        .create(
                                "message",
                                Map.of(
                                        "name", args.text(0),
                                        "priority", args.number(1),
                                        "cls", args.text(2),
                                        "obj_uuid", args.text(3),
                                        "body", args.text(4),
                                        "timestamp", Instant.now())));
        calls.add("message.destroy", 1, (context, args) -> {
            context.records().destroy("message", args.text(0));
            return null;
        });
    }

    private static Object enabled(Records records, String host, boolean on) {
        records.set("host", host, "enabled", on);
        return null;
    }

    private static Object attached(Records records, String pbd, boolean on) {
        if (!on) {
            for (String vdi : records.refs("SR", records.text("PBD", pbd, "SR"), "VDIs")) {
                VdiCalls.requireDetached(records, vdi, "unplug");
            }
        }
        records.set("PBD", pbd, "currently_attached", on);
        return null;
    }

    private static String createNetwork(Records records, Map<String, Object> given) {
        Map<String, Object> fields = new LinkedHashMap<>(given);
        fields.keySet()
                .retainAll(
                        Set.of("name_label", "name_description", "MTU", "other_config", "bridge", "managed", "tags"));
        if (VmCalls.isNull(fields.get("bridge"))) {
            fields.put("bridge", "xapi" + records.all("network").size());
        }
        return records.create("network", fields);
    }

    private static Object destroyNetwork(Records records, String network) {
        for (String vif : records.refs("network", network, "VIFs")) {
            if ((Boolean) records.get("VIF", vif, "currently_attached")) {
                throw new XapiFault("NETWORK_CONTAINS_VIF", vif);
            }
        }
        for (String pif : records.refs("network", network, "PIFs")) {
            throw new XapiFault("NETWORK_CONTAINS_PIF", pif);
        }
        // A machine that is off keeps no card to a network that is gone.
        records.refs("network", network, "VIFs").forEach(vif -> records.destroy("VIF", vif));
        records.destroy("network", network);
        return null;
    }

    private static Object addPurpose(Records records, String network, String purpose) {
        if (!Set.of("nbd", "insecure_nbd").contains(purpose)) {
            throw new XapiFault("INVALID_VALUE", "purpose", purpose);
        }
        String other = purpose.equals("nbd") ? "insecure_nbd" : "nbd";
        for (String each : records.all("network")) {
            if (records.refs("network", each, "purpose").contains(other)) {
                throw new XapiFault("NETWORK_INCOMPATIBLE_PURPOSES", purpose, other);
            }
        }
        List<String> purposes = new java.util.ArrayList<>(records.refs("network", network, "purpose"));
        if (!purposes.contains(purpose)) {
            purposes.add(purpose);
        }
        records.set("network", network, "purpose", purposes);
        return null;
    }

    static boolean sees(Records records, String host, String sr) {
        return records.refs("SR", sr, "PBDs").stream()
                .anyMatch(pbd -> records.text("PBD", pbd, "host").equals(host)
                        && (Boolean) records.get("PBD", pbd, "currently_attached"));
    }
}
