package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.retention.Pin;
import io.doppel.api.retention.RetentionService;
import io.doppel.shell.internal.PlainCommand;
import io.doppel.shell.internal.complete.VaultNames;
import io.doppel.shell.internal.output.Human;
import io.doppel.shell.internal.output.Table;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists pins. */
@Service
@Command(scope = "doppel", name = "version-pins", description = "List the pinned versions, by whom and why")
public final class VersionPinsCommand extends PlainCommand {
    @Option(name = "--vault", description = "Only of this vault")
    @Completion(VaultNames.class)
    String vault;

    @Reference
    RetentionService retention;

    @Override
    protected void run() throws DoppelException {
        Table table = new Table("No version is pinned.")
                .name("VERSION")
                .name("PINNED")
                .name("BY")
                .text("REASON")
                .name("VAULT")
                .minor();
        List<Pin> pins = retention.pins(Optional.ofNullable(vault));
        List<String> ids = Human.shortIds(pins.stream().map(Pin::versionId).toList());
        for (int i = 0; i < ids.size(); i++) {
            Pin pin = pins.get(i);
            table.row(ids.get(i), Human.time(pin.at(), screen().zone()), pin.by(), pin.reason(), pin.vault());
        }
        print(pins, table);
    }
}
