package io.doppel.shell.internal.complete;

import io.doppel.api.inventory.InventoryService;
import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Hypervisor types. */
@Service
public final class HostTypes extends WordCompleter {
    @Reference
    InventoryService inventory;

    @Override
    Collection<String> words(List<String> line, String typed) {
        return inventory.hostTypes().keySet();
    }
}
