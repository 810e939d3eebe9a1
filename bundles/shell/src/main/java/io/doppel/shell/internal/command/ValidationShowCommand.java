package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.ValidationView;
import io.doppel.api.vault.VaultService;
import io.doppel.shell.internal.VaultCommand;
import io.doppel.shell.internal.output.Human;
import io.doppel.shell.internal.output.Table;
import java.util.TreeMap;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Shows how much of a vault is verified since when. */
@Service
@Command(
        scope = "doppel",
        name = "validation-show",
        description = "Show how a vault is validated, and how much of it was verified since when")
public final class ValidationShowCommand extends VaultCommand {
    @Reference
    VaultService vaults;

    @Override
    protected void run(String vault) throws DoppelException {
        ValidationView view = vaults.validation(vault);
        Table table = new Table("").name("WHAT").figure("PACKS").figure("BYTES").text("VALUE");
        row(table, "all", view.packs(), view.bytes());
        for (ValidationView.Share share : view.verified()) {
            row(table, "verified in the last " + Human.count(share.days(), "day"), share.packs(), share.bytes());
        }
        row(table, "never verified", view.neverPacks(), view.neverBytes());
        table.row("damaged", view.damagedPacks(), "", "");
        String since = view.oldest()
                .map(at -> Human.time(at, screen().zone()))
                .orElse(view.packs() == 0 ? "there is nothing yet" : "not yet");
        table.row("everything is verified since", "", "", since);
        new TreeMap<>(view.settings()).forEach((name, value) -> table.row(name, "", "", value));
        print(view, table);
    }

    private static void row(Table table, String what, int packs, long bytes) {
        table.row(what, packs, Human.bytes(bytes), "");
    }
}
