package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.vault.VaultService;
import io.doppel.shell.internal.PlainCommand;
import io.doppel.shell.internal.output.SpecTable;
import java.util.Map;
import java.util.TreeMap;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists the storage types. */
@Service
@Command(scope = "doppel", name = "vault-types", description = "List the storage types of vaults and their settings")
public final class VaultTypesCommand extends PlainCommand {
    @Reference
    VaultService vaults;

    @Override
    protected void run() throws DoppelException {
        Map<String, SettingsSpec> types = new TreeMap<>(vaults.storageTypes());
        print(types, SpecTable.of("TYPE", types, "No storage plug-in is installed."));
    }
}
