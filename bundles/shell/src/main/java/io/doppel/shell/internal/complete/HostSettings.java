package io.doppel.shell.internal.complete;

import io.doppel.api.inventory.HostView;
import io.doppel.api.inventory.InventoryService;
import io.doppel.api.settings.SettingsSpec;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Settings of the hypervisor type, or of the host, in the line. */
@Service
public final class HostSettings extends WordCompleter {
    @Reference
    InventoryService inventory;

    @Override
    Collection<String> words(List<String> line, String typed) {
        Map<String, SettingsSpec> specs = new HashMap<>(inventory.hostTypes());
        for (HostView host : inventory.hosts()) {
            Optional.ofNullable(specs.get(host.type())).ifPresent(spec -> specs.putIfAbsent(host.name(), spec));
        }
        return Pairs.of(Pairs.named(specs, line), typed);
    }
}
