package io.doppel.shell.internal.complete;

import io.doppel.api.inventory.InventoryService;
import io.doppel.api.settings.SettingsSpec;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Options that hypervisor types add to the kind of job that the command starts. */
@Service
public final class HostOptionKeys extends WordCompleter {
    @Reference
    InventoryService inventory;

    @Override
    Collection<String> words(List<String> line, String typed) {
        String command = line.get(0);
        String kind = command.substring(command.indexOf(':') + 1);
        Collection<String> keys = new TreeSet<>();
        for (Map<String, SettingsSpec> kinds : inventory.hostOptions().values()) {
            keys.addAll(Pairs.of(Optional.ofNullable(kinds.get(kind)), typed));
        }
        return keys;
    }
}
