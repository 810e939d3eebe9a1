package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostView;
import io.doppel.api.inventory.InventoryService;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.Form;
import io.doppel.shell.internal.complete.HostSettings;
import io.doppel.shell.internal.complete.HostTypes;
import io.doppel.shell.internal.complete.OptionsOnly;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Adds a host. */
@Service
@Command(scope = "doppel", name = "host-add", description = "Add a host after connecting to it")
public final class HostAddCommand extends DoppelCommand {
    @Argument(name = "TYPE", description = "Hypervisor type, see host-types", multiValued = true)
    @Completion(HostTypes.class)
    List<String> arguments;

    @Option(name = "--name", description = "Name of the host here")
    @Completion(OptionsOnly.class)
    String name;

    @Option(name = "--set", description = SET, multiValued = true)
    @Completion(HostSettings.class)
    List<String> set;

    @Option(name = "--set-secret", description = SET_SECRET, multiValued = true)
    @Completion(OptionsOnly.class)
    List<String> setSecret;

    @Reference
    InventoryService inventory;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        String type = one(words, "TYPE");
        Form form = new Form(screen(), Form.find(inventory.hostTypes(), type));
        HostView host = inventory.addHost(needed(name, "--name"), type, form.fill(values(set), values(setSecret)));
        print(host, "Host '" + host.name() + "' was added.");
    }
}
