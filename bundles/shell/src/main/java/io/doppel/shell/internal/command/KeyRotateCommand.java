package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.KeySlotView;
import io.doppel.shell.internal.KeyCommand;
import io.doppel.shell.internal.complete.VaultNames;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Replaces the key file. */
@Service
@Command(
        scope = "doppel",
        name = "key-rotate",
        description = "Replace this server's key file of a vault, and its slot, by new ones")
public final class KeyRotateCommand extends KeyCommand {
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
        KeySlotView slot = vaults.rotateMachineKey(vault);
        print(slot, "This server's key file of vault '" + vault + "' was replaced; its slot now is " + slot.id() + ".");
    }
}
