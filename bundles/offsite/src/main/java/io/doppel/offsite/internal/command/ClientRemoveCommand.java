package io.doppel.offsite.internal.command;

import io.doppel.api.error.DoppelException;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Removes a client. */
@Service
@Command(
        scope = "doppel",
        name = "offsite-client-remove",
        description = "NAME: forget a client; its store's folder stays unless told otherwise")
public final class ClientRemoveCommand extends OffsiteCommand {
    @Option(name = "--with-store", description = "Delete all that its own store has, at once and for good")
    boolean withStore;

    @Option(name = "--yes", description = "Do not ask")
    boolean yes;

    @Override
    protected void run(List<String> words) throws DoppelException {
        String name = exactly(words, "NAME").get(0);
        ask(
                yes,
                withStore
                        ? "Forget client '" + name + "' and delete all that it has here, for good?"
                        : "Forget client '" + name + "'?");
        module().removeClient(name, withStore);
        tell(Map.of("removed", name, "store", withStore), "Client '" + name + "' was removed.");
    }
}
