package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.InventoryService;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.shell.internal.PlainCommand;
import io.doppel.shell.internal.output.SpecTable;
import java.util.Map;
import java.util.TreeMap;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists the hypervisor types. */
@Service
@Command(scope = "doppel", name = "host-types", description = "List the hypervisor types and their settings")
public final class HostTypesCommand extends PlainCommand {
    @Reference
    InventoryService inventory;

    @Override
    protected void run() throws DoppelException {
        Map<String, SettingsSpec> types = new TreeMap<>(inventory.hostTypes());
        print(types, SpecTable.of("TYPE", types, "No hypervisor plug-in is installed."));
    }
}
