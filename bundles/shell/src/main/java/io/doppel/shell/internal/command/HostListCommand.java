package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostView;
import io.doppel.api.inventory.InventoryService;
import io.doppel.shell.internal.PlainCommand;
import io.doppel.shell.internal.output.Human;
import io.doppel.shell.internal.output.Table;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists the hosts. */
@Service
@Command(scope = "doppel", name = "host-list", description = "List the hosts and whether they can be used")
public final class HostListCommand extends PlainCommand {
    @Reference
    InventoryService inventory;

    @Override
    protected void run() throws DoppelException {
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
