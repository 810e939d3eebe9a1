package io.doppel.core.internal.retention;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostMachine;
import io.doppel.api.vault.VersionView;
import io.doppel.catalog.VersionRecords;
import io.doppel.core.JobError;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Finds the machine that people mean by {@code host/machine}: one with versions, by its id or its name in the newest of them, or else
 * one that its host has now, or else one that had that name before.
 */
public final class MachineFinder {
    private final VersionRecords versions;
    private final Hosts hosts;

    MachineFinder(VersionRecords versions, Hosts hosts) {
        this.versions = versions;
        this.hosts = hosts;
    }

    /** Knows what machines hosts have. */
    @FunctionalInterface
    public interface Hosts {
        /** The machines that a host has now, as the inventory tells. */
        List<HostMachine> machines(Optional<String> host) throws DoppelException;
    }

    /**
     * The one machine of that name or id.
     *
     * @param known machines that are found by their ids even if they are gone
     */
    MachineKey find(String text, Collection<MachineKey> known) throws DoppelException {
        int slash = text.indexOf('/');
        if (slash < 1 || slash == text.length() - 1) {
            throw new DoppelException(JobError.BAD_SELECTION, "'" + text + "' is not of the form host/machine");
        }
        String host = text.substring(0, slash);
        String machine = text.substring(slash + 1);
        MachineKey byId = new MachineKey(host, machine);
        if (known.contains(byId)) {
            return byId;
        }
        List<MachineKey> stored = versions.list(Optional.empty(), Optional.of(machine)).stream()
                .map(MachineKey::of)
                .filter(found -> found.host().equals(host))
                .distinct()
                .toList();
        List<MachineKey> named = new ArrayList<>();
        for (MachineKey found : stored) {
            if (found.id().equals(machine) || name(found).equals(text)) {
                named.add(found);
            }
        }
        if (!named.isEmpty()) {
            return only(text, named, machine);
        }
        List<MachineKey> there = hosts.machines(Optional.of(host)).stream()
                .map(HostMachine::machine)
                .filter(found -> found.id().equals(machine) || found.name().equals(machine))
                .map(found -> new MachineKey(host, found.id()))
                .toList();
        // one that was called so once is meant only if nothing else is
        return only(text, there.isEmpty() ? stored : there, machine);
    }

    private static MachineKey only(String text, List<MachineKey> found, String id) throws DoppelException {
        Optional<MachineKey> exact =
                found.stream().filter(machine -> machine.id().equals(id)).findFirst();
        if (exact.isPresent() || found.size() == 1) {
            return exact.orElseGet(() -> found.get(0));
        }
        throw new DoppelException(
                CommonError.NOT_FOUND,
                found.isEmpty()
                        ? "There is no machine '" + text + "'"
                        : "'" + text + "' is the name of " + found.size() + " machines; give an id: "
                                + String.join(
                                        ", ", found.stream().map(MachineKey::id).toList()));
    }

    /** The machine as people say it: by the name in its newest version, or by its id. */
    String name(MachineKey machine) throws DoppelException {
        return machine.host() + "/"
                + versions.list(Optional.empty(), Optional.of(machine.id())).stream()
                        .filter(version -> MachineKey.of(version).equals(machine))
                        .map(VersionView::machineName)
                        .findFirst()
                        .orElse(machine.id());
    }
}
