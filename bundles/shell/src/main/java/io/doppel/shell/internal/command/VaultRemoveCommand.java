package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.VaultService;
import io.doppel.shell.internal.VaultCommand;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Removes a vault. */
@Service
@Command(
        scope = "doppel",
        name = "vault-remove",
        description = "Forget a vault and its key file here; the stored data stays")
public final class VaultRemoveCommand extends VaultCommand {
    @Option(name = "--yes", description = "Do not ask")
    boolean yes;

    @Reference
    VaultService vaults;

    @Override
    protected void run(String name) throws DoppelException {
        confirm(
                yes,
                "Forget vault '" + name + "' and its key file on this server? The stored data stays; its passphrase or"
                        + " recovery key opens it again.");
        vaults.removeVault(name);
        print(Map.of("removed", name), "Vault '" + name + "' was removed. Its data stays where it is.");
    }
}
