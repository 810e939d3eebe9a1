package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.KeySlotView;
import io.doppel.api.vault.VaultService;
import io.doppel.shell.internal.VaultCommand;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Replaces the key file. */
@Service
@Command(
        scope = "doppel",
        name = "key-rotate",
        description = "Replace this server's key file of a vault, and its slot, by new ones")
public final class KeyRotateCommand extends VaultCommand {
    @Reference
    VaultService vaults;

    @Override
    protected void run(String vault) throws DoppelException {
        logWho(vault);
        KeySlotView slot = vaults.rotateMachineKey(vault);
        print(slot, "This server's key file of vault '" + vault + "' was replaced; its slot now is " + slot.id() + ".");
    }
}
