package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.InventoryService;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.shell.internal.PlainCommand;
import io.doppel.shell.internal.output.SpecTable;
import io.doppel.shell.internal.output.Table;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists the options that hypervisor types add to jobs. */
@Service
@Command(
        scope = "doppel",
        name = "host-options",
        description = "List the options that hypervisor types add to jobs, given there with --option KEY=VALUE")
public final class HostOptionsCommand extends PlainCommand {
    @Reference
    InventoryService inventory;

    @Override
    protected void run() throws DoppelException {
        Map<String, Map<String, SettingsSpec>> types = new TreeMap<>(inventory.hostOptions());
        Map<String, SettingsSpec> rows = new LinkedHashMap<>();
        types.forEach((type, kinds) -> new TreeMap<>(kinds).forEach((kind, spec) -> {
            if (!spec.fields().isEmpty()) {
                rows.put(type + " " + kind, spec);
            }
        }));
        Table table = SpecTable.of("TYPE AND JOB", rows, "No hypervisor type that is installed adds options to jobs.");
        print(types, table);
    }
}
