package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.shell.internal.KeyCommand;
import io.doppel.shell.internal.complete.VaultNames;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Begins a key epoch. */
@Service
@Command(scope = "doppel", name = "key-epoch", description = "Encrypt what a vault stores from now on under a new key")
public final class KeyEpochCommand extends KeyCommand {
    @Argument(name = "VAULT", description = "The vault", multiValued = true)
    @Completion(VaultNames.class)
    List<String> arguments;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        String vault = one(words, "VAULT");
        logWho(vault);
        int epoch = vaults.startKeyEpoch(vault);
        print(
                Map.of("vault", vault, "epoch", epoch),
                "Key epoch " + epoch + " of vault '" + vault
                        + "' has begun. What was stored before stays as it is, and readable.");
    }
}
