package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.VaultService;
import io.doppel.shell.internal.VaultCommand;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Begins a key epoch. */
@Service
@Command(scope = "doppel", name = "key-epoch", description = "Encrypt what a vault stores from now on under a new key")
public final class KeyEpochCommand extends VaultCommand {
    @Reference
    VaultService vaults;

    @Override
    protected void run(String vault) throws DoppelException {
        logWho(vault);
        int epoch = vaults.startKeyEpoch(vault);
        print(
                Map.of("vault", vault, "epoch", epoch),
                "Key epoch " + epoch + " of vault '" + vault
                        + "' has begun. What was stored before stays as it is, and readable.");
    }
}
