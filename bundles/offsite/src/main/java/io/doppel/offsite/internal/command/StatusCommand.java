package io.doppel.offsite.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.offsite.internal.alert.Alert;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Says how the module is. */
@Service
@Command(
        scope = "doppel",
        name = "offsite-status",
        description = "Show port, certificate, window, running time and alerts of this offsite module")
public final class StatusCommand extends OffsiteCommand {
    @Override
    protected void run(List<String> words) throws DoppelException {
        exactly(words);
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("port", offsite.port().port());
        status.put("certificate", offsite.port().fingerprint().text());
        status.put("window", module().settings().window());
        status.put("runningTime", Duration.ofMillis(module().runningTime()));
        status.put("clients", module().clients().size());
        List<Alert> alerts = module().alerts().list();
        status.put("alerts", alerts);
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("port", Integer.toString(offsite.port().port())));
        rows.add(List.of("certificate", offsite.port().fingerprint().text()));
        rows.add(List.of("window", time(module().settings().window())));
        rows.add(List.of("running time", time(Duration.ofMillis(module().runningTime()))));
        rows.add(List.of("clients", Integer.toString(module().clients().size())));
        rows.add(List.of("alerts", alerts.isEmpty() ? "none" : alerts.size() + ", see offsite-alerts"));
        for (Alert alert : alerts) {
            rows.add(List.of(
                    "alert " + alert.number(),
                    alert.kind().word() + (alert.client().isEmpty() ? "" : ", client " + alert.client()) + ": "
                            + alert.text()));
        }
        print(status, "", List.of("WHAT", "VALUE"), rows);
    }

    private static String time(Duration time) {
        return time.toDays() + " d " + time.toHoursPart() + " h " + time.toMinutesPart() + " min";
    }
}
