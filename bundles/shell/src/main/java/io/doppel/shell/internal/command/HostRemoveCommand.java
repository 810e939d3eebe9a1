package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.InventoryService;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.complete.HostNames;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Removes a host. */
@Service
@Command(
        scope = "doppel",
        name = "host-remove",
        description = "Forget a host and its secrets; versions of its machines stay")
public final class HostRemoveCommand extends DoppelCommand {
    @Argument(name = "HOST", description = "The host", multiValued = true)
    @Completion(HostNames.class)
    List<String> arguments;

    @Option(name = "--yes", description = "Do not ask")
    boolean yes;

    @Reference
    InventoryService inventory;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        String name = one(words, "HOST");
        confirm(yes, "Forget host '" + name + "' and its secrets? Versions of its machines stay.");
        inventory.removeHost(name);
        print(Map.of("removed", name), "Host '" + name + "' was removed.");
    }
}
