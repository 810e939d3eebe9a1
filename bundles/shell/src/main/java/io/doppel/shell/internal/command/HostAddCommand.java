package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostView;
import io.doppel.shell.internal.Form;
import io.doppel.shell.internal.HostFormCommand;
import io.doppel.shell.internal.complete.HostSettings;
import io.doppel.shell.internal.complete.HostTypes;
import io.doppel.shell.internal.complete.OptionsOnly;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Adds a host. */
@Service
@Command(scope = "doppel", name = "host-add", description = "Add a host after connecting to it")
public final class HostAddCommand extends HostFormCommand {
    @Argument(name = "TYPE", description = "Hypervisor type, see host-types", multiValued = true)
    @Completion(HostTypes.class)
    List<String> arguments;

    @Option(name = "--name", description = "Name of the host here")
    @Completion(OptionsOnly.class)
    String name;

    @Option(name = "--set", description = SET, multiValued = true)
    @Completion(HostSettings.class)
    List<String> set;

    @Option(name = "--fingerprint", description = FINGERPRINT, multiValued = true)
    @Completion(OptionsOnly.class)
    List<String> fingerprints;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        String type = one(words, "TYPE");
        Form form = new Form(screen(), Form.find(inventory.hostTypes(), type));
        needed(name, "--name");
        Map<String, String> settings = form.open(values(set));
        putFingerprints(settings, values(fingerprints));
        complete(form, type, settings, Map.of());
        HostView host = inventory.addHost(name, type, settings);
        print(host, "Host '" + host.name() + "' was added.");
    }
}
