package io.doppel.sim.xapi.calls;

import io.doppel.sim.xapi.Disks.NbdExport;
import io.doppel.sim.xapi.Records;
import io.doppel.sim.xapi.XapiFault;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Tracking of changed blocks, and the reading of disks over NBD. */
final class CbtCalls {
    private CbtCalls() {}

    static void register(Calls calls) {
        calls.add("VDI.enable_cbt", 1, (context, args) -> track(context, args.text(0), true));
        calls.add("VDI.disable_cbt", 1, (context, args) -> track(context, args.text(0), false));
        calls.add("VDI.list_changed_blocks", 2, (context, args) -> changed(context, args.text(0), args.text(1)));
        calls.add("VDI.data_destroy", 1, (context, args) -> dataDestroy(context, args.text(0)));
        calls.add("VDI.get_nbd_info", 1, (context, args) -> nbdInfo(context, args.text(0)));
    }

    private static Object track(CallContext context, String vdi, boolean on) throws IOException {
        Records records = context.records();
        Map<String, Object> record = records.get("VDI", vdi);
        if ((Boolean) record.get("is_a_snapshot")) {
            throw new XapiFault("OPERATION_NOT_ALLOWED", "VDI is a snapshot: " + vdi);
        }
        if (!Set.of("user", "system").contains(record.get("type"))) {
            throw new XapiFault("VDI_INCOMPATIBLE_TYPE", vdi, (String) record.get("type"));
        }
        if (record.get("on_boot").equals("reset")) {
            throw new XapiFault("VDI_ON_BOOT_MODE_INCOMPATIBLE_WITH_OPERATION");
        }
        if (!record.get("cbt_enabled").equals(on)) {
            String uuid = (String) record.get("uuid");
            if (on) {
                context.pool().disks().enableTracking(uuid);
            } else {
                context.pool().disks().disableTracking(uuid);
            }
            records.set("VDI", vdi, "cbt_enabled", on);
        }
        return null;
    }

    private static Object changed(CallContext context, String from, String to) {
        Records records = context.records();
        String base = records.text("VDI", from, "uuid");
        if (records.text("VDI", to, "type").equals("cbt_metadata")) {
            throw failed("Target VDI is a cbt_metadata VDI");
        }
        for (String vbd : records.refs("VDI", to, "VBDs")) {
            boolean live = (Boolean) records.get("VBD", vbd, "currently_attached");
            if (live && !(Boolean) records.get("VM", records.text("VBD", vbd, "VM"), "is_a_snapshot")) {
                throw new XapiFault("VDI_IN_USE", to, "list_changed_blocks");
            }
        }
        try {
            return Base64.getEncoder()
                    .encodeToString(context.pool().disks().changedBlocks(base, records.text("VDI", to, "uuid")));
        } catch (IOException e) {
            throw failed(e.getMessage());
        }
    }

    private static XapiFault failed(String reason) {
        return new XapiFault(
                "SR_BACKEND_FAILURE_460",
                "",
                "Failed to calculate changed blocks for given VDIs. [opterr=" + reason + "]",
                "");
    }

    private static Object dataDestroy(CallContext context, String vdi) throws IOException, InterruptedException {
        return Operations.during(context, "VDI", vdi, "data_destroy", () -> emptied(context, vdi));
    }

    private static Object emptied(CallContext context, String vdi) throws IOException {
        Records records = context.records();
        Map<String, Object> record = records.get("VDI", vdi);
        if (record.get("type").equals("cbt_metadata")) {
            return null;
        }
        if (!(Boolean) record.get("is_a_snapshot")) {
            throw new XapiFault("OPERATION_NOT_ALLOWED", "VDI is not a snapshot: " + vdi);
        }
        if (!(Boolean) record.get("cbt_enabled")) {
            throw new XapiFault("VDI_NO_CBT_METADATA", vdi);
        }
        // A machine or a snapshot of one still names it.
        if (!records.refs("VDI", vdi, "VBDs").isEmpty()) {
            throw new XapiFault("VDI_IN_USE", vdi, "data_destroy");
        }
        String uuid = (String) record.get("uuid");
        context.pool().exports().closeDisk(uuid);
        context.pool().disks().dataDestroy(uuid);
        records.set("VDI", vdi, "type", "cbt_metadata");
        context.pool().chains().lead(vdi, null);
        context.pool().chains().coalesce();
        records.set("VDI", vdi, "physical_utilisation", context.pool().disks().physicalUtilisation(uuid));
        return null;
    }

    private static Object nbdInfo(CallContext context, String vdi) throws IOException {
        Records records = context.records();
        Map<String, Object> record = records.get("VDI", vdi);
        if (record.get("type").equals("cbt_metadata")) {
            throw new XapiFault("VDI_INCOMPATIBLE_TYPE", vdi, "cbt_metadata");
        }
        List<Object> infos = new ArrayList<>();
        for (String host : records.all("host")) {
            if (PoolCalls.sees(records, host, (String) record.get("SR"))) {
                for (String pif : records.refs("host", host, "PIFs")) {
                    info(context, record, host, pif).ifPresent(infos::add);
                }
            }
        }
        return infos;
    }

    /** The place to read a disk at through one network card, when its network is meant for that. */
    private static Optional<Map<String, Object>> info(
            CallContext context, Map<String, Object> vdi, String host, String pif) throws IOException {
        Records records = context.records();
        List<String> purpose = records.refs("network", records.text("PIF", pif, "network"), "purpose");
        boolean secure = purpose.contains("nbd");
        String address = records.text("PIF", pif, "IP");
        boolean attached = (Boolean) records.get("PIF", pif, "currently_attached");
        if (!attached || address.isEmpty() || !secure && !purpose.contains("insecure_nbd")) {
            return Optional.empty();
        }
        Site site = context.pool().sites().get(host);
        String name = "/" + vdi.get("uuid") + "?session_id=" + context.session();
        NbdExport export = new NbdExport(
                (String) vdi.get("uuid"), name, address, secure ? Optional.of(site.identity()) : Optional.empty());
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("exportname", name);
        info.put("address", address);
        info.put("port", (long) context.pool().exports().port(context.session(), export));
        info.put("cert", site.identity().certificatePem());
        info.put("subject", records.text("host", host, "hostname"));
        return Optional.of(info);
    }
}
