package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.HoldView;
import io.doppel.api.vault.VaultService;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.complete.HoldIds;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Ends a hold. */
@Service
@Command(
        scope = "doppel",
        name = "hold-remove",
        description = "End a hold, whoever put it; from then on the version can be removed")
public final class HoldRemoveCommand extends DoppelCommand {
    @Argument(
            name = "VAULT HOLD",
            description = "The vault, and the hold's id or the beginning of it",
            multiValued = true)
    @Completion(HoldIds.class)
    List<String> arguments;

    @Option(name = "--yes", description = "Do not ask")
    boolean yes;

    @Reference
    VaultService vaults;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        if (words.size() != 2) {
            throw usage("Give a VAULT and a HOLD; doppel:hold-list shows the holds");
        }
        confirm(yes, "End hold " + words.get(1) + ", so that the version can be removed?");
        logWho(words.get(0));
        HoldView hold = vaults.removeHold(words.get(0), words.get(1));
        print(hold, "Hold " + hold.id() + " was ended.");
    }
}
