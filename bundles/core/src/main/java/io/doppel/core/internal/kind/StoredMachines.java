package io.doppel.core.internal.kind;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostMachine;
import io.doppel.api.inventory.Machine;
import io.doppel.api.vault.VersionView;
import io.doppel.core.internal.job.MachineSource;
import io.doppel.core.internal.vault.KnownVersions;
import io.doppel.core.internal.vault.Vaults;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The machines that a vault has versions of, by the names in their newest ones; their hosts are asked for tags and members only. */
final class StoredMachines implements MachineSource {
    private final Vaults vaults;
    private final KnownVersions known;
    private final String vault;
    private final MachineSource hosts;

    StoredMachines(Vaults vaults, String vault, MachineSource hosts) {
        this.vaults = vaults;
        this.known = vaults.known();
        this.vault = vault;
        this.hosts = hosts;
    }

    @Override
    public void prepare() throws DoppelException {
        vaults.refresh(vault, vaults.open(vault));
    }

    @Override
    public List<String> hostNames() throws DoppelException {
        return known.list(Optional.of(vault), Optional.empty()).stream()
                .map(VersionView::host)
                .distinct()
                .toList();
    }

    @Override
    public List<HostMachine> machinesOf(String host, boolean tagsToo) throws DoppelException {
        Map<String, Machine> there = new LinkedHashMap<>();
        if (tagsToo && hosts.hostNames().contains(host)) {
            hosts.machinesOf(host, true).forEach(m -> there.put(m.machine().id(), m.machine()));
        }
        Map<String, HostMachine> machines = new LinkedHashMap<>();
        // the newest come first
        for (VersionView v : known.list(Optional.of(vault), Optional.empty())) {
            if (v.host().equals(host)) {
                machines.computeIfAbsent(v.machineId(), id -> stored(v, Optional.ofNullable(there.get(id))));
            }
        }
        return List.copyOf(machines.values());
    }

    private static HostMachine stored(VersionView version, Optional<Machine> now) {
        Machine machine = new Machine(
                version.machineId(),
                version.machineName(),
                Machine.PowerState.UNKNOWN,
                now.map(Machine::tags).orElse(Set.of()),
                List.of(),
                now.map(Machine::member).orElse(""),
                "",
                List.of());
        return new HostMachine(version.host(), machine);
    }
}
