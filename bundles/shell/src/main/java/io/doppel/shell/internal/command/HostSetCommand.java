package io.doppel.shell.internal.command;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostView;
import io.doppel.shell.internal.Form;
import io.doppel.shell.internal.HostFormCommand;
import io.doppel.shell.internal.complete.HostNames;
import io.doppel.shell.internal.complete.HostSettings;
import io.doppel.shell.internal.complete.OptionsOnly;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Changes a host's settings. */
@Service
@Command(
        scope = "doppel",
        name = "host-set",
        description = "Change settings of a host after connecting to it with them; secrets are never sent to another"
                + " address than they were given for")
public final class HostSetCommand extends HostFormCommand {
    @Argument(name = "HOST", description = "The host", multiValued = true)
    @Completion(HostNames.class)
    List<String> arguments;

    @Option(name = "--set", description = SET + "; an empty value takes the setting away", multiValued = true)
    @Completion(HostSettings.class)
    List<String> set;

    @Option(
            name = "--fingerprint",
            description = FINGERPRINT + ", in place of all that were confirmed before",
            multiValued = true)
    @Completion(OptionsOnly.class)
    List<String> fingerprints;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        String name = one(words, "HOST");
        HostView host = inventory.hosts().stream()
                .filter(h -> h.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new DoppelException(CommonError.NOT_FOUND, "There is no host '" + name + "'"));
        Form form = new Form(screen(), Form.find(inventory.hostTypes(), host.type()));
        Map<String, String> changes = form.open(values(set));
        putFingerprints(changes, values(fingerprints));
        if (changes.isEmpty() && secretsGiven().isEmpty()) {
            throw usage("Give at least one --set, --set-secret or --fingerprint");
        }
        complete(form, host.type(), changes, host.settings());
        HostView changed = inventory.changeHost(name, changes);
        print(changed, "Host '" + name + "' was changed.");
    }
}
