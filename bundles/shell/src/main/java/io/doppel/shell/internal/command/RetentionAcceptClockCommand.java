package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.retention.RetentionService;
import io.doppel.shell.internal.VaultCommand;
import io.doppel.shell.internal.output.Human;
import java.util.Map;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Says that the clock is right. */
@Service
@Command(
        scope = "doppel",
        name = "retention-accept-clock",
        description = "Say that the server's clock is right, after retention dropped nothing because of it")
public final class RetentionAcceptClockCommand extends VaultCommand {
    @Option(name = "--yes", description = "Do not ask")
    boolean yes;

    @Reference
    RetentionService retention;

    @Override
    protected void run(String vault) throws DoppelException {
        String time = Human.time(retention.preview(vault, Optional.empty()).at(), screen().zone());
        confirm(yes, "The server's clock says " + time + ". Is that right?");
        retention.acceptClock(vault);
        print(
                Map.of("accepted", vault),
                "Retention of vault '" + vault + "' trusts the clock, which says " + time + ".");
    }
}
