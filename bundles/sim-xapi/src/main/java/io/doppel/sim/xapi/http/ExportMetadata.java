package io.doppel.sim.xapi.http;

import io.doppel.sim.xapi.HttpService;
import io.doppel.sim.xapi.PoolAccess;
import io.doppel.sim.xapi.PoolAccess.TaskHandle;
import io.doppel.sim.xapi.Records;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** {@code GET /export_metadata}: the records of one machine or of all, without disks; the only export with a Content-Length. */
final class ExportMetadata implements HttpService {
    private final StreamScript script;

    ExportMetadata(StreamScript script) {
        this.script = script;
    }

    @Override
    public void handle(PoolAccess pool, String host, Request request, Response response, Callback callback)
            throws IOException {
        Exchange exchange = new Exchange(pool, host, request, response, callback, script);
        List<String> machines = exchange.flag("all")
                ? all(pool.records(), !exchange.parameter("include_dom0").equals(Optional.of("false")))
                : List.of(ExportVm.machine(exchange));
        boolean snapshots = !exchange.parameter("export_snapshots").equals(Optional.of("false"));
        TaskHandle task = exchange.task("VM.export_metadata");
        exchange.begin(task, "http:/export_metadata");
        byte[] xml = new OvaDocument(pool.records(), machines, snapshots, true).xml(host);
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        Tar.write(tar, OvaDocument.FILE, xml, xml.length);
        Tar.end(tar);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, tar.size());
        exchange.stream(task, "application/octet-stream", Optional.of("export.xva"), body -> {
            tar.writeTo(body);
            return null;
        });
    }

    private static List<String> all(Records records, boolean controlDomains) {
        return records.all("VM").stream()
                .filter(vm -> !(Boolean) records.get("VM", vm, "is_default_template"))
                .filter(vm -> controlDomains || !(Boolean) records.get("VM", vm, "is_control_domain"))
                .toList();
    }
}
