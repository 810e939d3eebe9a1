package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.VaultService;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.complete.VaultNames;
import io.doppel.shell.internal.output.Human;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Rebuilds a catalogue. */
@Service
@Command(
        scope = "doppel",
        name = "catalog-rebuild",
        description = "Build the catalogue of a vault's versions anew from the vault alone")
public final class CatalogRebuildCommand extends DoppelCommand {
    @Argument(name = "VAULT", description = "The vault", multiValued = true)
    @Completion(VaultNames.class)
    List<String> arguments;

    @Reference
    VaultService vaults;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        String vault = one(words, "VAULT");
        int versions = vaults.rebuildCatalogue(vault);
        print(
                Map.of("vault", vault, "versions", versions),
                "The catalogue of vault '" + vault + "' was rebuilt: " + Human.count(versions, "version") + ".");
    }
}
