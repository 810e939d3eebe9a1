package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.HoldView;
import io.doppel.api.vault.VaultService;
import io.doppel.shell.internal.VaultCommand;
import io.doppel.shell.internal.output.Human;
import io.doppel.shell.internal.output.Table;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists holds. */
@Service
@Command(
        scope = "doppel",
        name = "hold-list",
        description = "List the holds in a vault: which versions no server removes, and what for")
public final class HoldListCommand extends VaultCommand {
    @Reference
    VaultService vaults;

    @Override
    protected void run(String vault) throws DoppelException {
        Table table = new Table("No version is held.")
                .name("HOLD")
                .name("VERSION")
                .name("SINCE")
                .name("KIND")
                .name("SERVER")
                .minor()
                .text("PURPOSE");
        List<HoldView> holds = vaults.holds(vault);
        List<String> ids = Human.shortIds(holds.stream().map(HoldView::id).toList());
        for (int i = 0; i < ids.size(); i++) {
            HoldView hold = holds.get(i);
            boolean right = hold.problem().isEmpty();
            table.row(
                    ids.get(i),
                    right ? hold.versionId() : "all",
                    right ? Human.time(hold.since(), screen().zone()) : "-",
                    right ? hold.lasting() ? "lasting" : "run" : "unreadable",
                    right ? hold.server() : "-",
                    right ? hold.purpose() : hold.problem());
        }
        print(holds, table);
    }
}
