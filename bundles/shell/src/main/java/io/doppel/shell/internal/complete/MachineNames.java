package io.doppel.shell.internal.complete;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostMachine;
import io.doppel.api.inventory.HostView;
import io.doppel.api.inventory.InventoryService;
import io.doppel.api.vault.VaultService;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Machines as {@code host/machine}: for jobs those that are there and all of a host, for {@code --machine} also those with versions. */
@Service
public final class MachineNames extends WordCompleter {
    @Reference
    InventoryService inventory;

    @Reference
    VaultService vaults;

    @Override
    Collection<String> words(List<String> line, String typed) {
        Collection<String> words = new TreeSet<>();
        if (line.contains("--machine")) {
            vaults.versions(Optional.empty(), Optional.empty())
                    .forEach(version -> words.add(version.host() + "/" + version.machineName()));
        } else {
            for (HostView host : inventory.hosts()) {
                words.add(host.name() + "/*");
            }
        }
        try {
            for (HostMachine found : inventory.machines(Optional.empty())) {
                words.add(found.host() + "/" + found.machine().name());
            }
        } catch (DoppelException e) {
            // There is no place for a message while somebody types; machine-list tells.
        }
        return words;
    }
}
