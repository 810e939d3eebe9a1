package io.doppel.sim.xapi.http;

import io.doppel.sim.xapi.HttpService;
import io.doppel.sim.xapi.PoolAccess;
import io.doppel.sim.xapi.PoolAccess.TaskHandle;
import io.doppel.sim.xapi.XapiFault;
import io.doppel.sim.xapi.disk.DiskStore;
import io.doppel.sim.xapi.disk.LiveDisk;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * {@code PUT /import_raw_vdi}: raw bytes, raw chunks or a VHD into a disk. A VHD writes only the sectors that it has, so one that
 * is a difference goes over what the disk holds.
 */
final class ImportVdi implements HttpService {
    private static final String POINT = "http:/import_raw_vdi";

    private final DiskStore store;
    private final StreamScript script;

    ImportVdi(DiskStore store, StreamScript script) {
        this.store = store;
        this.script = script;
    }

    @Override
    public void handle(PoolAccess pool, String host, Request request, Response response, Callback callback)
            throws IOException {
        Exchange exchange = new Exchange(pool, host, request, response, callback, script);
        Optional<String> vdi = exchange.record("vdi", "VDI");
        Optional<String> repository =
                vdi.map(ref -> pool.records().text("VDI", ref, "SR")).or(exchange::repository);
        if (repository.isPresent() && exchange.redirected(List.of(repository.get()))) {
            return;
        }
        TaskHandle task = exchange.task("Importing raw VDI");
        String format = exchange.parameter("format").orElse("raw").toLowerCase(Locale.ROOT);
        boolean chunked = exchange.parameter("chunked").isPresent();
        if (repository.isEmpty()) {
            exchange.refuse(task, 400, new XapiFault("VDI_MISSING"));
        } else if (!List.of("raw", "vhd").contains(format)) {
            exchange.refuse(task, 404, new XapiFault("INTERNAL_ERROR", "Unknown format " + format));
        } else if (chunked && !format.equals("raw")) {
            exchange.refuse(task, 404, new XapiFault("INTERNAL_ERROR", "Cannot handle chunked VHD"));
        } else if (exchange.hasTransferEncoding()) {
            exchange.refuse(task, 404, new XapiFault("INTERNAL_ERROR", "Cannot handle encoding: chunked"));
        } else if (vdi.isEmpty() && format.equals("vhd")) {
            String words = "Importing a VHD directly into an SR not yet supported";
            exchange.refuse(task, 400, new XapiFault("INTERNAL_ERROR", words));
        } else if (vdi.isEmpty() && exchange.length() < 0) {
            exchange.refuse(task, 400, new XapiFault("INTERNAL_ERROR", "Not enough info supplied to import"));
        } else {
            exchange.begin(task, POINT);
            String target = vdi.orElseGet(() -> create(exchange, repository.get()));
            exchange.stream(task, "application/octet-stream", Optional.empty(), body -> {
                exchange.requireFree(target, true);
                Progress progress = exchange.progress(task, POINT);
                write(exchange, pool.records().text("VDI", target, "uuid"), format, chunked, progress);
                return target;
            });
        }
    }

    private static String create(Exchange exchange, String repository) {
        return (String) exchange.call(
                "VDI.create",
                Map.of(
                        "name_label",
                        "Imported VDI",
                        "SR",
                        repository,
                        "virtual_size",
                        exchange.length(),
                        "type",
                        "user",
                        "sharable",
                        false,
                        "read_only",
                        false,
                        "other_config",
                        Map.of()));
    }

    private void write(Exchange exchange, String uuid, String format, boolean chunked, Progress progress)
            throws IOException {
        long size = store.size(uuid);
        // Without a Content-Length the real server wants as many bytes as the disk has; with chunks it does not look at
        // it.
        long length = chunked || exchange.length() < 0 ? size : exchange.length();
        PushbackInputStream in = new PushbackInputStream(new Counted(exchange.body(), length, progress));
        int first = in.read();
        if (first < 0 && exchange.length() == 0 && format.equals("raw")) {
            return;
        }
        // An empty upload is a client's probe for a redirection; its next one must not find the disk taken by that.
        if (first < 0) {
            throw new EOFException("an empty upload");
        }
        in.unread(first);
        try (LiveDisk disk = store.open(uuid);
                FileChannel channel = FileChannel.open(disk.path(), StandardOpenOption.WRITE)) {
            if (format.equals("vhd")) {
                VhdReader.copy(in, channel, size);
            } else if (chunked) {
                ChunkedRaw.copy(in, channel, size);
            } else {
                raw(in, channel, length, size);
            }
        }
    }

    private static void raw(InputStream in, FileChannel disk, long length, long size) throws IOException {
        byte[] buffer = new byte[XvaDisks.CHUNK];
        for (long offset = 0; offset < length; offset += buffer.length) {
            int part = (int) Math.min(buffer.length, length - offset);
            Io.readFully(in, buffer, part);
            Io.write(disk, buffer, 0, part, offset, size);
        }
    }
}
