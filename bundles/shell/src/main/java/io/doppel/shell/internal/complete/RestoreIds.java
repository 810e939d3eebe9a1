package io.doppel.shell.internal.complete;

import io.doppel.api.inventory.InventoryService;
import io.doppel.api.inventory.KeptOriginalView;
import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Restores whose originals are kept. */
@Service
public final class RestoreIds extends WordCompleter {
    @Reference
    InventoryService inventory;

    @Override
    Collection<String> words(List<String> line, String typed) {
        return inventory.keptOriginals().stream()
                .map(KeptOriginalView::restoreId)
                .toList();
    }
}
