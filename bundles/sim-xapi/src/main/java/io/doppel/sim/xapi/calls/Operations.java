package io.doppel.sim.xapi.calls;

import io.doppel.sim.xapi.Records;
import io.doppel.sim.xapi.XapiFault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Which operations a machine takes in which state, and that two do not run on one object at the same time. */
final class Operations {
    private static final Map<String, Set<String>> STATES = Map.ofEntries(
            Map.entry("start", Set.of("Halted")),
            Map.entry("start_on", Set.of("Halted")),
            Map.entry("provision", Set.of("Halted")),
            Map.entry("changing_NVRAM", Set.of("Halted")),
            Map.entry("clone", Set.of("Halted")),
            Map.entry("copy", Set.of("Halted")),
            Map.entry("create_vtpm", Set.of("Halted")),
            Map.entry("destroy", Set.of("Halted", "Suspended")),
            Map.entry("export", Set.of("Halted", "Suspended")),
            Map.entry("resume", Set.of("Suspended")),
            Map.entry("resume_on", Set.of("Suspended")),
            Map.entry("unpause", Set.of("Paused")),
            Map.entry("pause", Set.of("Running")),
            Map.entry("pool_migrate", Set.of("Running")),
            Map.entry("clean_shutdown", Set.of("Running")),
            Map.entry("clean_reboot", Set.of("Running")),
            Map.entry("hard_reboot", Set.of("Paused", "Running")),
            Map.entry("shutdown", Set.of("Paused", "Suspended", "Running")),
            Map.entry("hard_shutdown", Set.of("Paused", "Suspended", "Running")),
            Map.entry("checkpoint", Set.of("Paused", "Suspended", "Running")),
            Map.entry("snapshot", Set.of("Halted", "Paused", "Suspended", "Running")),
            Map.entry("revert", Set.of("Halted", "Paused", "Suspended", "Running")));

    private static final Set<String> ON_SNAPSHOTS = Set.of("revert", "clone", "copy", "export", "destroy");
    private static final Set<String> ON_TEMPLATES =
            Set.of("clone", "copy", "export", "destroy", "provision", "create_vtpm", "changing_NVRAM");

    private Operations() {}

    /** @throws XapiFault why the machine does not take the operation now */
    static void require(Records records, String vm, String operation) {
        Map<String, Object> record = records.get("VM", vm);
        String reason = (String) ((Map<?, ?>) record.get("blocked_operations")).get(operation);
        if (reason != null) {
            throw new XapiFault("OPERATION_BLOCKED", vm, reason);
        }
        busy("VM", vm, record);
        XapiFault fault = refusal(vm, record, operation);
        if (fault != null) {
            throw fault;
        }
    }

    private static XapiFault refusal(String vm, Map<String, Object> record, String operation) {
        if ((Boolean) record.get("is_control_domain")) {
            return new XapiFault("OPERATION_NOT_ALLOWED", "This operation is not allowed on a control domain");
        }
        if ((Boolean) record.get("is_a_snapshot")) {
            if (!ON_SNAPSHOTS.contains(operation)) {
                return new XapiFault("VM_IS_SNAPSHOT", vm, operation);
            }
        } else if ((Boolean) record.get("is_a_template") && !ON_TEMPLATES.contains(operation)) {
            return new XapiFault("VM_IS_TEMPLATE", vm, operation);
        } else if (operation.equals("revert")) {
            return new XapiFault("ONLY_REVERT_SNAPSHOT");
        }
        Set<String> states = STATES.get(operation);
        String state = (String) record.get("power_state");
        boolean suspendedSnapshot = state.equals("Suspended") && (Boolean) record.get("is_a_snapshot");
        if (states.contains(state) || suspendedSnapshot && ON_SNAPSHOTS.contains(operation)) {
            return null;
        }
        String expected = String.join(" or ", states.stream().sorted().toList()).toLowerCase(Locale.ROOT);
        return new XapiFault("VM_BAD_POWER_STATE", vm, expected, state.toLowerCase(Locale.ROOT));
    }

    private static void busy(String type, String ref, Map<String, Object> record) {
        Map<?, ?> current = (Map<?, ?>) record.get("current_operations");
        for (Map.Entry<?, ?> entry : current.entrySet()) {
            throw new XapiFault(
                    "OTHER_OPERATION_IN_PROGRESS", type, ref, (String) entry.getValue(), (String) entry.getKey());
        }
    }

    /** What {@code VM.allowed_operations} should say. */
    static void update(Records records, String vm) {
        Map<String, Object> record = records.get("VM", vm);
        List<String> allowed = new ArrayList<>();
        if (((Map<?, ?>) record.get("current_operations")).isEmpty()) {
            STATES.keySet().stream()
                    .filter(name -> !((Map<?, ?>) record.get("blocked_operations")).containsKey(name))
                    .filter(name -> refusal(vm, record, name) == null)
                    .sorted()
                    .forEach(allowed::add);
        }
        records.set("VM", vm, "allowed_operations", allowed);
    }

    interface Body {
        Object run() throws java.io.IOException, InterruptedException;
    }

    /** Runs an operation while {@code current_operations} of its object name it. */
    static Object during(CallContext context, String type, String ref, String operation, Body body)
            throws java.io.IOException, InterruptedException {
        Records records = context.records();
        String task = context.taskRef();
        synchronized (records) {
            if (type.equals("VM")) {
                require(records, ref, operation);
            } else {
                busy(type, ref, records.get(type, ref));
            }
            change(records, type, ref, task, operation);
        }
        try {
            return body.run();
        } finally {
            if (records.exists(type, ref)) {
                change(records, type, ref, task, null);
            }
        }
    }

    private static void change(Records records, String type, String ref, String task, String operation) {
        synchronized (records) {
            Map<Object, Object> current = new LinkedHashMap<>((Map<?, ?>) records.get(type, ref, "current_operations"));
            if (operation == null) {
                current.remove(task);
            } else {
                current.put(task, operation);
            }
            records.set(type, ref, "current_operations", current);
            if (type.equals("VM")) {
                update(records, ref);
            }
        }
    }
}
