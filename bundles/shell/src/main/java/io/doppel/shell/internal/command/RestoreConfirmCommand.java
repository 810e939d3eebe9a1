package io.doppel.shell.internal.command;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.InventoryService;
import io.doppel.api.inventory.KeptOriginalView;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.complete.RestoreIds;
import io.doppel.shell.internal.output.Human;
import io.doppel.shell.internal.output.Table;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists or confirms restores over originals. */
@Service
@Command(
        scope = "doppel",
        name = "restore-confirm",
        description = "List the originals that restores have kept, or delete one for good")
public final class RestoreConfirmCommand extends DoppelCommand {
    @Argument(
            name = "[RESTORE]",
            description = "The restore to confirm; without one, they are listed",
            multiValued = true)
    @Completion(RestoreIds.class)
    List<String> arguments;

    @Option(name = "--yes", description = "Do not ask")
    boolean yes;

    @Reference
    InventoryService inventory;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        List<KeptOriginalView> all = inventory.keptOriginals();
        if (words.isEmpty()) {
            list(all);
            return;
        }
        String id = one(words, "RESTORE");
        KeptOriginalView kept = all.stream()
                .filter(k -> k.restoreId().equals(id))
                .findFirst()
                .orElseThrow(() ->
                        new DoppelException(CommonError.NOT_FOUND, "No original is kept of a restore '" + id + "'"));
        confirm(
                yes,
                "Delete the old disks of machine '" + kept.machineId() + "' on host '" + kept.host() + "' ("
                        + Human.bytes(kept.bytes()) + ") for good?");
        inventory.confirmRestore(kept.host(), id);
        print(kept, "The old disks were deleted; " + Human.bytes(kept.bytes()) + " are free again.");
    }

    private void list(List<KeptOriginalView> all) {
        Table table = new Table("No original is kept.")
                .name("RESTORE")
                .name("HOST")
                .name("MACHINE")
                .name("SINCE")
                .figure("BYTES");
        for (KeptOriginalView kept : all) {
            table.row(
                    kept.restoreId(),
                    kept.host(),
                    kept.machineId(),
                    Human.time(kept.since(), screen().zone()),
                    Human.bytes(kept.bytes()));
        }
        print(all, table);
    }
}
