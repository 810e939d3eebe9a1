package io.doppel.core.internal.job;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostMachine;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.Count;
import io.doppel.core.JobError;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What a job's patterns give: machines to take, machines left out and why, and patterns that could not be followed. */
final class Selected {
    /** Most machines that a line of the log names. */
    private static final int MOST_NAMED = 20;

    private final Map<String, HostMachine> machines = new LinkedHashMap<>();
    private final Map<HostMachine, String> leftOut = new LinkedHashMap<>();
    private final Map<String, DoppelException> failures = new LinkedHashMap<>();

    private Selected() {}

    /** Lists a host's machines. */
    @FunctionalInterface
    interface Look {
        /** The machines. */
        List<HostMachine> at(String host) throws DoppelException;
    }

    /** Looks for the machines. A host that fails is noted; whoever cancels ends it. */
    static Selected find(List<Selection> patterns, Collection<String> hosts, CancelToken cancel, Look look)
            throws DoppelException {
        Selected selected = new Selected();
        Set<Selection> missing = new LinkedHashSet<>();
        patterns.stream().filter(Selection::namesOne).forEach(missing::add);
        for (String host : hosts) {
            List<Selection> mine =
                    patterns.stream().filter(p -> p.matchesHost(host)).toList();
            if (mine.stream().allMatch(Selection::excludes)) {
                continue;
            }
            try {
                selected.choose(mine, look.at(host), missing);
            } catch (DoppelException e) {
                cancel.check();
                mine.stream()
                        .filter(p -> !p.excludes())
                        .forEach(p -> selected.failures.put(p.on(host).toString(), e));
                mine.forEach(missing::remove);
            }
        }
        for (Selection none : missing) {
            selected.failures.put(
                    none.toString(), new DoppelException(JobError.NO_MACHINES, "There is no machine '" + none + "'"));
        }
        return selected;
    }

    private void choose(List<Selection> patterns, List<HostMachine> all, Set<Selection> missing) {
        Set<HostMachine> named = new LinkedHashSet<>();
        Set<HostMachine> fitting = new LinkedHashSet<>();
        Map<HostMachine, Selection> excluded = new LinkedHashMap<>();
        for (Selection pattern : patterns) {
            List<HostMachine> fit = pattern.of(all);
            if (pattern.excludes()) {
                fit.forEach(m -> excluded.putIfAbsent(m, pattern));
                continue;
            }
            fitting.addAll(fit);
            if (pattern.namesOne() && !fit.isEmpty()) {
                missing.remove(pattern);
                named.addAll(fit);
            }
        }
        for (HostMachine machine : fitting) {
            if (excluded.containsKey(machine)) {
                leftOut.put(machine, "as '" + excluded.get(machine) + "' says");
            } else if (!machine.machine().excluded().isEmpty() && !named.contains(machine)) {
                leftOut.put(machine, machine.machine().excluded());
            } else {
                machines.put(machine.host() + "/" + machine.machine().id(), machine);
            }
        }
    }

    /** Those to take, each once. */
    List<HostMachine> machines() {
        return List.copyOf(machines.values());
    }

    /** Those that fit and are left out all the same, with the reason. */
    Map<HostMachine, String> leftOut() {
        return leftOut;
    }

    /** Patterns whose host failed, or whose machine is not there. */
    Map<String, DoppelException> failures() {
        return failures;
    }

    /** What was left out, a line for each host and reason. */
    List<String> leftOutLines() {
        Map<String, List<String>> names = new LinkedHashMap<>();
        leftOut.forEach((m, why) -> names.computeIfAbsent(
                        "on host '" + m.host() + "' left out (" + why + ")", k -> new ArrayList<>())
                .add(m.machine().name()));
        return names.entrySet().stream()
                .map(e -> Count.text(e.getValue().size(), "machine") + " " + e.getKey() + ": "
                        + e.getValue().stream().limit(MOST_NAMED).collect(Collectors.joining(", "))
                        + (e.getValue().size() > MOST_NAMED ? ", …" : ""))
                .toList();
    }
}
