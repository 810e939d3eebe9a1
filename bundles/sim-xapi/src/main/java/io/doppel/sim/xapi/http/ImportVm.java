package io.doppel.sim.xapi.http;

import io.doppel.sim.xapi.HttpService;
import io.doppel.sim.xapi.PoolAccess;
import io.doppel.sim.xapi.PoolAccess.TaskHandle;
import io.doppel.sim.xapi.Records;
import io.doppel.sim.xapi.XapiFault;
import io.doppel.sim.xapi.disk.DiskStore;
import io.doppel.sim.xapi.disk.LiveDisk;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** {@code PUT /import}: a machine with its disks from an XVA. A failed import leaves nothing, unless {@code force} is asked. */
final class ImportVm implements HttpService {
    private static final String POINT = "http:/import";

    private final DiskStore store;
    private final StreamScript script;

    ImportVm(DiskStore store, StreamScript script) {
        this.store = store;
        this.script = script;
    }

    @Override
    public void handle(PoolAccess pool, String host, Request request, Response response, Callback callback)
            throws IOException {
        Exchange exchange = new Exchange(pool, host, request, response, callback, script);
        String repository = exchange.repository().orElseGet(() -> defaultRepository(pool.records()));
        if (exchange.redirected(List.of(repository))) {
            return;
        }
        TaskHandle task = exchange.task("VM.import");
        if (pool.records().text("SR", repository, "content_type").equals("iso")) {
            exchange.refuse(task, 400, new XapiFault("SR_OPERATION_NOT_SUPPORTED", repository));
        } else if (exchange.hasTransferEncoding()) {
            exchange.refuse(task, 403, new XapiFault("IMPORT_ERROR_CANNOT_HANDLE_CHUNKED"));
        } else {
            exchange.begin(task, POINT);
            exchange.stream(
                    task,
                    "application/octet-stream",
                    Optional.empty(),
                    body -> read(exchange, repository, exchange.progress(task, POINT)));
        }
    }

    private static String defaultRepository(Records records) {
        String sr = records.text("pool", records.all("pool").get(0), "default_SR");
        if (!records.exists("SR", sr)) {
            throw new XapiFault("DEFAULT_SR_NOT_FOUND", sr);
        }
        return sr;
    }

    private Object read(Exchange exchange, String repository, Progress progress) throws IOException {
        boolean force = exchange.flag("force");
        try (InputStream in = new Counted(exchange.body(), exchange.length(), progress)) {
            XvaArchive archive = XvaArchive.open(in);
            ImportedRecords imported = new ImportedRecords(exchange, archive, exchange.flag("restore"), repository);
            boolean done = false;
            try {
                imported.make();
                for (Map.Entry<String, String> disk : imported.disks().entrySet()) {
                    copy(
                            archive.disks(),
                            disk.getKey(),
                            exchange.records().text("VDI", disk.getValue(), "uuid"),
                            force);
                }
                drain(archive.disks());
                done = true;
            } finally {
                if (!done && !force) {
                    imported.undo();
                }
            }
            return imported.machines();
        } catch (Line.Cut e) {
            throw e;
        } catch (EOFException e) {
            throw new XapiFault("IMPORT_ERROR_PREMATURE_EOF");
        } catch (IOException e) {
            throw new XapiFault("IMPORT_ERROR_GENERIC", String.valueOf(e.getMessage()));
        }
    }

    /** Takes what pads the archive. Clients that do not know its length announce a huge one and cut the connection at its end. */
    private static void drain(InputStream in) throws IOException {
        try {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (EOFException e) {
            // Every disk is whole.
        }
    }

    private void copy(InputStream in, String name, String uuid, boolean force) throws IOException {
        try (LiveDisk disk = store.open(uuid);
                FileChannel channel = FileChannel.open(disk.path(), StandardOpenOption.WRITE)) {
            XvaDisks.read(in, name, channel, store.size(uuid), force, done -> {});
        }
    }
}
