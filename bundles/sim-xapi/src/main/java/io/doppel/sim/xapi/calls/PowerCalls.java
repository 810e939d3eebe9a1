package io.doppel.sim.xapi.calls;

import io.doppel.sim.xapi.Records;
import io.doppel.sim.xapi.XapiFault;
import io.doppel.sim.xapi.db.FieldType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The power of machines. */
final class PowerCalls {
    private static final AtomicLong DOMAINS = new AtomicLong(1);

    private PowerCalls() {}

    static void register(Calls calls) {
        calls.add("VM.start", 3, (context, args) -> {
            String vm = args.text(0);
            return Operations.during(context, "VM", vm, "start", () -> start(context, vm, null, args.flag(1)));
        });
        calls.add("VM.start_on", 4, (context, args) -> {
            String vm = args.text(0);
            context.records().get("host", args.text(1));
            return Operations.during(
                    context, "VM", vm, "start_on", () -> start(context, vm, args.text(1), args.flag(2)));
        });
        calls.add("VM.resume", 3, (context, args) -> {
            String vm = args.text(0);
            return Operations.during(context, "VM", vm, "resume", () -> start(context, vm, null, args.flag(1)));
        });
        for (String name : List.of("shutdown", "hard_shutdown", "clean_shutdown")) {
            calls.add("VM." + name, 1, (context, args) -> {
                String vm = args.text(0);
                return Operations.during(context, "VM", vm, name, () -> stop(context, vm, "Halted"));
            });
        }
        for (String name : List.of("clean_reboot", "hard_reboot")) {
            calls.add("VM." + name, 1, (context, args) -> {
                String vm = args.text(0);
                return Operations.during(context, "VM", vm, name, () -> {
                    String host = context.records().text("VM", vm, "resident_on");
                    stop(context, vm, "Halted");
                    return start(context, vm, host, false);
                });
            });
        }
        calls.add("VM.pool_migrate", 3, (context, args) -> {
            String vm = args.text(0);
            context.records().get("host", args.text(1));
            return Operations.during(context, "VM", vm, "pool_migrate", () -> {
                context.records().set("VM", vm, "resident_on", args.text(1));
                return null;
            });
        });
        calls.add("VM.pause", 1, (context, args) -> state(context, args.text(0), "pause", "Paused"));
        calls.add("VM.unpause", 1, (context, args) -> state(context, args.text(0), "unpause", "Running"));
    }

    private static Object state(CallContext context, String vm, String operation, String state)
            throws java.io.IOException, InterruptedException {
        return Operations.during(context, "VM", vm, operation, () -> {
            context.records().set("VM", vm, "power_state", state);
            return null;
        });
    }

    private static Object start(CallContext context, String vm, String wish, boolean paused) {
        Records records = context.records();
        String host = wish != null && !VmCalls.isNull(wish) ? wish : place(records, vm);
        List<String> vbds = records.refs("VM", vm, "VBDs");
        for (String vbd : vbds) {
            DeviceCalls.requireFree(records, vbd);
        }
        for (String vbd : vbds) {
            records.set("VBD", vbd, "currently_attached", !(Boolean) records.get("VBD", vbd, "empty"));
            records.set("VBD", vbd, "device", DeviceCalls.device(records.text("VBD", vbd, "userdevice")));
        }
        records.refs("VM", vm, "VIFs").forEach(vif -> records.set("VIF", vif, "currently_attached", true));
        records.set("VM", vm, "resident_on", host);
        records.set("VM", vm, "domid", DOMAINS.getAndIncrement());
        records.set("VM", vm, "power_state", paused ? "Paused" : "Running");
        String metrics = records.text("VM", vm, "metrics");
        if (records.exists("VM_metrics", metrics)) {
            records.set("VM_metrics", metrics, "start_time", Instant.now());
            records.set("VM_metrics", metrics, "memory_actual", records.number("VM", vm, "memory_dynamic_max"));
        }
        records.create(
                "console",
                Map.of(
                        "VM",
                        vm,
                        "protocol",
                        "rfb",
                        "location",
                        "https://" + records.text("host", host, "address") + "/console?uuid="
                                + records.text("VM", vm, "uuid")));
        context.pool().guests().started(vm);
        return null;
    }

    /** A host that sees all of the machine's disks and networks. */
    private static String place(Records records, String vm) {
        String affinity = records.text("VM", vm, "affinity");
        List<String> hosts = new java.util.ArrayList<>(records.all("host"));
        if (hosts.remove(affinity)) {
            hosts.add(0, affinity);
        }
        return hosts.stream()
                .filter(host -> (Boolean) records.get("host", host, "enabled"))
                .filter(host -> records.refs("VM", vm, "VBDs").stream()
                        .map(vbd -> records.text("VBD", vbd, "VDI"))
                        .filter(vdi -> records.exists("VDI", vdi))
                        .allMatch(vdi -> PoolCalls.sees(records, host, records.text("VDI", vdi, "SR"))))
                .findFirst()
                .orElseThrow(() -> new XapiFault("NO_HOSTS_AVAILABLE"));
    }

    private static Object stop(CallContext context, String vm, String state) {
        Records records = context.records();
        records.set("VM", vm, "power_state", state);
        records.refs("VM", vm, "VBDs").forEach(vbd -> records.set("VBD", vbd, "currently_attached", false));
        records.refs("VM", vm, "VIFs").forEach(vif -> records.set("VIF", vif, "currently_attached", false));
        records.refs("VM", vm, "consoles").forEach(console -> records.destroy("console", console));
        records.set("VM", vm, "resident_on", FieldType.NULL);
        records.set("VM", vm, "domid", -1L);
        context.pool().guests().stopped(vm);
        return null;
    }
}
