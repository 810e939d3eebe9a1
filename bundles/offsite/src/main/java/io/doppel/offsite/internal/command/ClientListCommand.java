package io.doppel.offsite.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.tls.Fingerprint;
import io.doppel.offsite.OffsiteError;
import io.doppel.offsite.internal.client.Client;
import io.doppel.offsite.internal.store.ClientStore;
import io.doppel.offsite.internal.store.StoreFigures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists the clients. */
@Service
@Command(
        scope = "doppel",
        name = "offsite-client-list",
        description = "List the clients of this offsite module and what they use")
public final class ClientListCommand extends OffsiteCommand {
    @Override
    protected void run(List<String> words) throws DoppelException {
        exactly(words);
        List<Map<String, Object>> all = new ArrayList<>();
        List<List<String>> rows = new ArrayList<>();
        for (Client client : module().clients()) {
            int connections = module().role().connections(client.name());
            String state =
                    client.certificate().isEmpty() ? "not enrolled" : client.readOnly() ? "read-only" : "enrolled";
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", client.name());
            one.put("store", client.store());
            one.put("readOnly", client.readOnly());
            one.put("certificate", client.certificate().map(Fingerprint::text).orElse(""));
            one.put("added", client.added());
            one.put("connections", connections);
            try {
                ClientStore store = module().store(client.name());
                StoreFigures figures = store.figures();
                one.put("quota", store.limits().quota());
                one.put("figures", figures);
                rows.add(List.of(
                        client.name(),
                        client.store(),
                        figures.locked() ? "locked" : state,
                        bytes(figures.bytes()),
                        bytes(figures.condemnedBytes()),
                        bytes(store.limits().quota()),
                        Long.toString(figures.objects()),
                        Integer.toString(connections)));
            } catch (DoppelException e) {
                if (!e.is(OffsiteError.STORE_DAMAGED)) {
                    throw e;
                }
                one.put("failure", e.getMessage());
                rows.add(List.of(client.name(), client.store(), "not served", "-", "-", "-", "-", "0"));
            }
            all.add(one);
        }
        print(
                all,
                "There is no client yet. Add one with: doppel:offsite-client-add NAME --quota BYTES",
                List.of("NAME", "STORE", "STATE", "THERE#", "CONDEMNED#", "QUOTA#", "OBJECTS#", "CONNECTIONS#"),
                rows);
    }
}
