package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.InventoryService;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.complete.OptionsOnly;
import io.doppel.shell.internal.output.SpecTable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists the hypervisor types. */
@Service
@Command(scope = "doppel", name = "host-types", description = "List the hypervisor types and their settings")
public final class HostTypesCommand extends DoppelCommand {
    @Argument(name = "", description = "", multiValued = true)
    @Completion(OptionsOnly.class)
    List<String> arguments;

    @Reference
    InventoryService inventory;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        none(words);
        Map<String, SettingsSpec> types = new TreeMap<>(inventory.hostTypes());
        print(types, SpecTable.of("TYPE", types, "No hypervisor plug-in is installed."));
    }
}
