package io.doppel.shell.internal.complete;

import io.doppel.api.inventory.HostView;
import io.doppel.api.inventory.InventoryService;
import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Hosts. */
@Service
public final class HostNames extends WordCompleter {
    @Reference
    InventoryService inventory;

    @Override
    Collection<String> words(List<String> line, String typed) {
        return inventory.hosts().stream().map(HostView::name).toList();
    }
}
