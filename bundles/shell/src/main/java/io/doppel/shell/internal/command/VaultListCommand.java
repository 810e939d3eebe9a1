package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.VaultService;
import io.doppel.api.vault.VaultView;
import io.doppel.shell.internal.KeyReminder;
import io.doppel.shell.internal.PlainCommand;
import io.doppel.shell.internal.output.Human;
import io.doppel.shell.internal.output.Table;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists the vaults. */
@Service
@Command(scope = "doppel", name = "vault-list", description = "List the vaults, their state and size")
public final class VaultListCommand extends PlainCommand {
    @Reference
    VaultService vaults;

    @Override
    protected void run() throws DoppelException {
        Table table = new Table(
                        "No vault was added yet. Add one with: doppel:vault-add TYPE --name NAME --set NAME=VALUE")
                .name("NAME")
                .name("TYPE")
                .name("STATE")
                .figure("VERSIONS")
                .figure("STORED")
                .figure("FREE")
                .minor()
                .text("SETTINGS")
                .minor()
                .text("MESSAGE");
        List<VaultView> all = vaults.vaults();
        for (VaultView vault : all) {
            table.row(
                    vault.name(),
                    vault.type(),
                    Human.word(vault.state()),
                    vault.versions(),
                    Human.bytes(vault.storedBytes()),
                    Human.bytes(vault.freeBytes()),
                    Human.pairs(vault.settings()),
                    vault.message());
        }
        print(all, table);
        KeyReminder.show(screen(), all);
    }
}
