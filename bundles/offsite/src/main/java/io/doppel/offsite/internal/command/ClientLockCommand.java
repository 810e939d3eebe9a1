package io.doppel.offsite.internal.command;

import io.doppel.api.error.DoppelException;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Locks a store, or opens it again. */
@Service
@Command(
        scope = "doppel",
        name = "offsite-client-lock",
        description = "NAME: refuse all that the client asks for, and delete nothing, until it is unlocked")
public final class ClientLockCommand extends OffsiteCommand {
    @Option(name = "--off", description = "Unlock it")
    boolean off;

    @Override
    protected void run(List<String> words) throws DoppelException {
        String name = exactly(words, "NAME").get(0);
        module().lock(name, !off);
        tell(Map.of("client", name, "locked", !off), "Client '" + name + "' is " + (off ? "unlocked." : "locked."));
    }
}
