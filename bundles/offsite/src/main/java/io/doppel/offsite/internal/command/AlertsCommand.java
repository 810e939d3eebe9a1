package io.doppel.offsite.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.offsite.internal.alert.Alert;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists and clears alerts. */
@Service
@Command(
        scope = "doppel",
        name = "offsite-alerts",
        description = "List the alerts of this offsite module, or clear one")
public final class AlertsCommand extends OffsiteCommand {
    @Option(name = "--clear", description = "Clear the alert of this number")
    int clear;

    @Override
    protected void run(List<String> words) throws DoppelException {
        exactly(words);
        if (clear > 0) {
            boolean was = module().alerts().clear(clear);
            tell(Map.of("cleared", was), was ? "Alert " + clear + " is cleared." : "There is no alert " + clear + ".");
            return;
        }
        List<Alert> all = module().alerts().list();
        print(
                all,
                "There is no alert.",
                List.of("NUMBER#", "KIND", "CLIENT", "FIRST", "LAST", "TIMES#", "WHAT"),
                all.stream()
                        .map(a -> List.of(
                                Long.toString(a.number()),
                                a.kind().word(),
                                a.client(),
                                time(a.first()),
                                time(a.last()),
                                Long.toString(a.count()),
                                a.text()))
                        .toList());
    }
}
