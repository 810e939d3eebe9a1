package io.doppel.offsite.internal.command;

import io.doppel.api.error.DoppelException;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Gives a client a new code. */
@Service
@Command(
        scope = "doppel",
        name = "offsite-client-renew",
        description = "NAME: give a client a new enrolment code; its key and token are void at once")
public final class ClientRenewCommand extends OffsiteCommand {
    @Option(name = "--yes", description = "Do not ask")
    boolean yes;

    @Override
    protected void run(List<String> words) throws DoppelException {
        String name = exactly(words, "NAME").get(0);
        ask(yes, "Shut client '" + name + "' out until it comes with a new enrolment code?");
        show(name, module().renewClient(name, offsite.port().fingerprint()));
    }
}
