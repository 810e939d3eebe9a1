package io.doppel.shell.internal.complete;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostMachine;
import io.doppel.api.inventory.HostView;
import io.doppel.api.inventory.InventoryService;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Machines as {@code host/machine}, and all machines of a host. */
@Service
public final class MachineNames extends WordCompleter {
    @Reference
    InventoryService inventory;

    @Override
    Collection<String> words(List<String> line, String typed) {
        List<String> words = new ArrayList<>();
        for (HostView host : inventory.hosts()) {
            words.add(host.name() + "/*");
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
