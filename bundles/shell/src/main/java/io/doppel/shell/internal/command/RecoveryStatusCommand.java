package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.recovery.RecoveryService;
import io.doppel.api.recovery.RecoveryStatus;
import io.doppel.shell.internal.PlainCommand;
import io.doppel.shell.internal.output.Human;
import io.doppel.shell.internal.output.Table;
import java.time.Duration;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Shows how it is with the recovery copies. */
@Service
@Command(
        scope = "doppel",
        name = "recovery-status",
        description = "Show when each vault got its last recovery copy of this server, and what is wrong")
public final class RecoveryStatusCommand extends PlainCommand {
    @Reference
    RecoveryService recovery;

    @Override
    protected void run() throws DoppelException {
        List<RecoveryStatus> all = recovery.status();
        Table table = new Table("No vault is attached for writing, so there are no copies.")
                .name("VAULT")
                .text("COPIED")
                .figure("AGE")
                .name("COPY")
                .minor()
                .figure("SIZE")
                .minor()
                .text("CHANGES")
                .text("MESSAGE");
        for (RecoveryStatus status : all) {
            table.row(
                    status.vault(),
                    status.copied().map(at -> Human.time(at, screen().zone())).orElse("not since the start"),
                    status.ageSeconds() < 0 ? "-" : Human.duration(Duration.ofSeconds(status.ageSeconds())),
                    status.copy(),
                    Human.bytes(status.bytes()),
                    status.pending() ? "not copied yet" : "copied",
                    status.problem());
        }
        print(all, table);
    }
}
