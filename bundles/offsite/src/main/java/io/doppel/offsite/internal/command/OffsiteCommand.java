package io.doppel.offsite.internal.command;

import io.doppel.offsite.internal.OffsiteComponent;
import io.doppel.offsite.internal.OffsiteModule;
import io.doppel.shell.AdminCommand;
import java.util.Arrays;
import java.util.Map;
import org.apache.karaf.shell.api.action.lifecycle.Reference;

/** A command of the offsite module. */
abstract class OffsiteCommand extends AdminCommand {
    @Reference
    OffsiteComponent offsite;

    /** The module. */
    final OffsiteModule module() {
        return offsite.module();
    }

    /** Shows an enrolment code once, and forgets it. */
    final void show(String client, char[] code) {
        String text = new String(code);
        Arrays.fill(code, '\0');
        tell(
                Map.of("client", client, "port", offsite.port().port(), "code", text),
                "Enrolment code of client '" + client + "', shown this once; it works once, within 72 hours:\n\n  "
                        + text
                        + "\n\nOn the client's server:  doppel:vault-add offsite --name NAME --set host=HOST --set port="
                        + offsite.port().port() + " --set-secret code=-");
    }
}
