package io.doppel.shell.internal.complete;

import io.doppel.api.inventory.InventoryService;
import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Settings of the hypervisor type in the line. */
@Service
public final class HostSettings extends WordCompleter {
    @Reference
    InventoryService inventory;

    @Override
    Collection<String> words(List<String> line, String typed) {
        return Pairs.of(Pairs.named(inventory.hostTypes(), line), typed);
    }
}
