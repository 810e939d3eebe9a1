package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.VaultService;
import io.doppel.shell.internal.VaultCommand;
import io.doppel.shell.internal.output.Human;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Rebuilds a catalogue. */
@Service
@Command(
        scope = "doppel",
        name = "catalog-rebuild",
        description = "Build the catalogue of a vault's versions anew from the vault alone")
public final class CatalogRebuildCommand extends VaultCommand {
    @Reference
    VaultService vaults;

    @Override
    protected void run(String vault) throws DoppelException {
        int versions = vaults.rebuildCatalogue(vault);
        print(
                Map.of("vault", vault, "versions", versions),
                "The catalogue of vault '" + vault + "' was rebuilt: " + Human.count(versions, "version") + ".");
    }
}
