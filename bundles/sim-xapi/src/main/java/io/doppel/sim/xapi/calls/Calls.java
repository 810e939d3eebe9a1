package io.doppel.sim.xapi.calls;

import io.doppel.sim.xapi.XapiFault;
import io.doppel.sim.xapi.db.Schema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The methods that the simulator knows, by their name with a dot. */
public final class Calls {
    private final Map<String, Entry> entries = new HashMap<>();

    /** @param most how many parameters there may be after the session; from {@code least} on they may be left out */
    record Entry(Call call, int least, int most) {}

    Calls() {
        // The ready-made ones first, so that a class can replace one by its own.
        GenericCalls.register(this);
        Tasks.register(this);
        Sessions.register(this);
        EventCalls.register(this);
        VmCalls.register(this);
        PowerCalls.register(this);
        CloneCalls.register(this);
        VdiCalls.register(this);
        CbtCalls.register(this);
        DeviceCalls.register(this);
        PoolCalls.register(this);
        add("system.listMethods", 0, (context, args) -> new ArrayList<>(names()));
    }

    void add(String name, int parameters, Call call) {
        add(name, parameters, parameters, call);
    }

    void add(String name, int least, int most, Call call) {
        entries.put(name, new Entry(call, least, most));
    }

    /** A {@code set_} method for a field that the server otherwise keeps to itself. */
    void setter(String type, String field) {
        add(type + ".set_" + field, 2, (context, args) -> {
            context.records().set(type, args.text(0), field, args.value(1));
            return null;
        });
    }

    /** @throws XapiFault {@code MESSAGE_METHOD_UNKNOWN} */
    Entry find(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new XapiFault("MESSAGE_METHOD_UNKNOWN", name);
        }
        return entry;
    }

    /** The name with a dot, without {@code Async}: {@code host_metrics_get_all} is {@code host_metrics.get_all}. */
    static String plainName(String wire) {
        String name = async(wire) ? wire.substring("Async.".length()) : wire;
        if (name.contains(".")) {
            return name;
        }
        String best = "";
        for (String type : classes()) {
            if (name.startsWith(type + "_") && type.length() > best.length()) {
                best = type;
            }
        }
        return best.isEmpty() ? name : best + "." + name.substring(best.length() + 1);
    }

    static boolean async(String wire) {
        return wire.startsWith("Async.") || wire.startsWith("Async_");
    }

    private static List<String> classes() {
        List<String> all = new ArrayList<>(Schema.classes());
        all.addAll(List.of("event", "system"));
        return all;
    }

    private TreeSet<String> names() {
        TreeSet<String> names = new TreeSet<>(entries.keySet());
        entries.keySet().stream()
                .filter(name -> !name.contains(".get_") && !name.startsWith("event.") && !name.startsWith("s"))
                .forEach(name -> names.add("Async." + name));
        return names;
    }
}
