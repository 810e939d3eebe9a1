package io.doppel.offsite.internal.command;

import io.doppel.api.error.DoppelException;
import java.time.Duration;
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
        description = "Show port, certificate, window and running time of this offsite module")
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
        status.put("alerts", module().alerts().list().size());
        print(
                status,
                "",
                List.of("WHAT", "VALUE"),
                status.entrySet().stream()
                        .map(e -> List.of(e.getKey(), String.valueOf(e.getValue())))
                        .toList());
    }
}
