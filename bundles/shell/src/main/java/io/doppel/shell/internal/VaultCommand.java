package io.doppel.shell.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.shell.internal.complete.VaultNames;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Completion;

/** A command about one vault, which is its only argument. */
public abstract class VaultCommand extends DoppelCommand {
    @Argument(name = "VAULT", description = "The vault", multiValued = true)
    @Completion(VaultNames.class)
    List<String> arguments;

    /**
     * Does the work.
     *
     * @param vault name of the vault
     */
    protected abstract void run(String vault) throws DoppelException;

    @Override
    protected final List<String> words() {
        return arguments;
    }

    @Override
    protected final void run(List<String> words) throws DoppelException {
        run(one(words, "VAULT"));
    }
}
