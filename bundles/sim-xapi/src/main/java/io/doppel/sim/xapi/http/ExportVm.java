package io.doppel.sim.xapi.http;

import com.github.luben.zstd.ZstdOutputStream;
import io.doppel.sim.xapi.HttpService;
import io.doppel.sim.xapi.PoolAccess;
import io.doppel.sim.xapi.PoolAccess.TaskHandle;
import io.doppel.sim.xapi.Records;
import io.doppel.sim.xapi.XapiFault;
import io.doppel.sim.xapi.disk.DiskStore;
import io.doppel.sim.xapi.disk.LiveDisk;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** {@code GET /export}: a halted machine, snapshot or template with its disks as an XVA. */
final class ExportVm implements HttpService {
    private static final String POINT = "http:/export";

    private final DiskStore store;
    private final StreamScript script;

    ExportVm(DiskStore store, StreamScript script) {
        this.store = store;
        this.script = script;
    }

    /** The machine that a request asks for by {@code ref} or {@code uuid}. */
    static String machine(Exchange exchange) {
        return exchange.record("ref", "VM")
                .or(() -> exchange.record("uuid", "VM"))
                .orElseThrow(() -> new XapiFault("INTERNAL_ERROR", "Not_found"));
    }

    @Override
    public void handle(PoolAccess pool, String host, Request request, Response response, Callback callback)
            throws IOException {
        Exchange exchange = new Exchange(pool, host, request, response, callback, script);
        Records records = pool.records();
        String vm = machine(exchange);
        boolean powerState = exchange.flag("preserve_power_state");
        List<String> disks = disks(records, vm, powerState);
        if (exchange.redirected(disks.stream()
                .map(vdi -> records.text("VDI", vdi, "SR"))
                .distinct()
                .toList())) {
            return;
        }
        TaskHandle task = exchange.task("VM.export");
        exchange.begin(task, POINT);
        String state = records.text("VM", vm, "power_state");
        if (!List.of("Halted", "Suspended").contains(state)) {
            XapiFault fault = new XapiFault("VM_BAD_POWER_STATE", vm, "halted", state.toLowerCase(Locale.ROOT));
            task.failure(fault);
            throw fault;
        }
        exchange.stream(task, "application/octet-stream", Optional.of("export.xva"), body -> {
            OutputStream out = compressed(exchange.parameter("use_compression").orElse(""), body);
            OvaDocument ova = new OvaDocument(records, List.of(vm), false, powerState);
            byte[] xml = ova.xml(host);
            Tar.write(out, OvaDocument.FILE, xml, xml.length);
            Progress progress = exchange.progress(task, POINT);
            List<String> ordered =
                    disks.stream().sorted(Comparator.comparing(ova::id)).toList();
            for (int i = 0; i < ordered.size(); i++) {
                int before = i;
                exchange.requireFree(ordered.get(i), false);
                write(
                        out,
                        ova.id(ordered.get(i)),
                        records.text("VDI", ordered.get(i), "uuid"),
                        done -> progress.at((before + done) / ordered.size()));
            }
            Tar.end(out);
            // Closing the answer itself is left to the exchange.
            out.close();
            return null;
        });
    }

    private void write(OutputStream out, String name, String uuid, Progress progress) throws IOException {
        try (LiveDisk disk = store.read(uuid);
                FileChannel channel = FileChannel.open(disk.path())) {
            long size = store.size(uuid);
            XvaDisks.write(out, name, channel, size, store.data(uuid), script.checksum(), script.keepAlive(), progress);
        }
    }

    private static OutputStream compressed(String algorithm, OutputStream body) throws IOException {
        OutputStream open = new Unclosed(body);
        return switch (algorithm) {
            case "true", "gzip" -> new GZIPOutputStream(open, XvaDisks.CHUNK);
            case "zstd" -> new ZstdOutputStream(open);
            default -> new BufferedOutputStream(open, XvaDisks.CHUNK);
        };
    }

    /** The disks whose content is exported: not what is in CD drives. */
    private static List<String> disks(Records records, String vm, boolean powerState) {
        List<String> disks = new ArrayList<>();
        for (String vbd : records.refs("VM", vm, "VBDs")) {
            if (!records.text("VBD", vbd, "type").equals("CD")) {
                disks.add(records.text("VBD", vbd, "VDI"));
            }
        }
        if (powerState && records.text("VM", vm, "power_state").equals("Suspended")) {
            disks.add(records.text("VM", vm, "suspend_VDI"));
        }
        disks.removeIf(vdi -> !records.exists("VDI", vdi)
                || records.text("SR", records.text("VDI", vdi, "SR"), "content_type")
                        .equals("iso"));
        return disks;
    }
}
