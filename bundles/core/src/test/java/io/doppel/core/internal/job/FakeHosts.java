package io.doppel.core.internal.job;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostMachine;
import io.doppel.api.inventory.Machine;
import io.doppel.core.internal.plugin.Gate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Hosts with machines that exist in memory only. */
final class FakeHosts implements HostAccess {
    final Map<String, List<HostMachine>> machines = new TreeMap<>();
    final Map<String, Gate> gates = new ConcurrentHashMap<>();
    final Map<String, DoppelException> unreachable = new ConcurrentHashMap<>();
    final List<String> swept = new CopyOnWriteArrayList<>();

    FakeHosts host(String name, int count) {
        List<HostMachine> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(new HostMachine(
                    name, new Machine("id" + i, "m" + i, Machine.PowerState.OFF, Set.of(), List.of(), List.of())));
        }
        machines.put(name, all);
        gates.put(name, new Gate("hypervisor type of '" + name + "'"));
        return this;
    }

    /** A machine that jobs leave out unless they name it. */
    FakeHosts excluded(String host, String name, String why, String... tags) {
        List<HostMachine> all = new ArrayList<>(machines.get(host));
        all.add(new HostMachine(
                host,
                new Machine(
                        "id of " + name, name, Machine.PowerState.OFF, Set.of(tags), List.of(), "", why, List.of())));
        machines.put(host, all);
        return this;
    }

    @Override
    public List<String> hostNames() {
        return List.copyOf(machines.keySet());
    }

    @Override
    public List<HostMachine> machinesOf(String host) throws DoppelException {
        if (unreachable.containsKey(host)) {
            throw unreachable.get(host);
        }
        return machines.get(host);
    }

    @Override
    public Gate gateOf(String host) {
        return gates.get(host);
    }

    @Override
    public List<String> sweep(String host) {
        swept.add(host);
        return List.of();
    }
}
