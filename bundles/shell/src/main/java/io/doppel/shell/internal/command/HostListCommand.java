package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostView;
import io.doppel.api.inventory.InventoryService;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.complete.OptionsOnly;
import io.doppel.shell.internal.output.Human;
import io.doppel.shell.internal.output.Table;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists the hosts. */
@Service
@Command(scope = "doppel", name = "host-list", description = "List the hosts and whether they can be used")
public final class HostListCommand extends DoppelCommand {
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
        Table table = new Table(
                        "No host was added yet. Add one with: doppel:host-add TYPE --name NAME --set NAME=VALUE")
                .name("NAME")
                .name("TYPE")
                .name("STATE")
                .text("SETTINGS")
                .minor()
                .text("MESSAGE");
        List<HostView> hosts = inventory.hosts();
        for (HostView host : hosts) {
            table.row(host.name(), host.type(), Human.word(host.state()), Human.pairs(host.settings()), host.message());
        }
        print(hosts, table);
    }
}
