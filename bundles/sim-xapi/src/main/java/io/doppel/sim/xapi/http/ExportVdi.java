package io.doppel.sim.xapi.http;

import io.doppel.sim.xapi.HttpService;
import io.doppel.sim.xapi.PoolAccess;
import io.doppel.sim.xapi.PoolAccess.TaskHandle;
import io.doppel.sim.xapi.XapiFault;
import io.doppel.sim.xapi.disk.DiskStore;
import io.doppel.sim.xapi.disk.LiveDisk;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** {@code GET /export_raw_vdi}: a disk as raw bytes or as a VHD, the latter also as the difference to another disk. */
final class ExportVdi implements HttpService {
    private static final String POINT = "http:/export_raw_vdi";
    private static final long LARGEST_VHD = 2040L << 30;
    private static final int BLOCKS_IN_VHD_BLOCK = Vhd.BLOCK / (64 * 1024);

    private final DiskStore store;
    private final StreamScript script;

    ExportVdi(DiskStore store, StreamScript script) {
        this.store = store;
        this.script = script;
    }

    @Override
    public void handle(PoolAccess pool, String host, Request request, Response response, Callback callback)
            throws IOException {
        Exchange exchange = new Exchange(pool, host, request, response, callback, script);
        String vdi = exchange.record("vdi", "VDI")
                .orElseThrow(() -> new XapiFault("INTERNAL_ERROR", "Missing vdi query parameter"));
        if (exchange.redirected(List.of(pool.records().text("VDI", vdi, "SR")))) {
            return;
        }
        TaskHandle task = exchange.task("Exporting raw VDI");
        String format = exchange.parameter("format").orElse("raw").toLowerCase(Locale.ROOT);
        if (!List.of("raw", "vhd").contains(format)) {
            exchange.refuse(task, 404, new XapiFault("INTERNAL_ERROR", "Unknown format " + format));
            return;
        }
        exchange.begin(task, POINT);
        String uuid = pool.records().text("VDI", vdi, "uuid");
        String type = format.equals("raw") ? "application/octet-stream" : "application/vhd";
        exchange.stream(task, type, Optional.of(uuid + "." + format), body -> {
            exchange.requireFree(vdi, false);
            Progress progress = exchange.progress(task, POINT);
            if (format.equals("raw")) {
                raw(body, uuid, progress);
            } else {
                Optional<String> base = exchange.record("base", "VDI");
                base.ifPresent(ref -> exchange.requireFree(ref, false));
                vhd(body, vdi, uuid, base.map(ref -> pool.records().text("VDI", ref, "uuid")), progress);
            }
            return null;
        });
    }

    private void raw(OutputStream out, String uuid, Progress progress) throws IOException {
        try (LiveDisk disk = store.read(uuid);
                FileChannel channel = FileChannel.open(disk.path())) {
            long size = store.size(uuid);
            byte[] buffer = new byte[XvaDisks.CHUNK];
            for (long offset = 0; offset < size; offset += buffer.length) {
                progress.at((double) offset / size);
                Io.read(channel, buffer, offset, size);
                out.write(buffer, 0, (int) Math.min(buffer.length, size - offset));
            }
        }
    }

    private void vhd(OutputStream out, String ref, String uuid, Optional<String> base, Progress progress)
            throws IOException {
        long size = store.size(uuid);
        if (size > LARGEST_VHD) {
            throw new XapiFault("VDI_TOO_LARGE", ref, Long.toString(LARGEST_VHD));
        }
        BitSet blocks = new BitSet();
        if (base.isPresent()) {
            store.difference(base.get(), uuid).stream()
                    .filter(block -> block * 65536L < size)
                    .forEach(block -> blocks.set(block / BLOCKS_IN_VHD_BLOCK));
        } else {
            store.data(uuid)
                    .forEach(extent -> blocks.set((int) (extent.start() / Vhd.BLOCK), Vhd.blocks(extent.end())));
        }
        try (LiveDisk disk = store.read(uuid);
                FileChannel channel = FileChannel.open(disk.path())) {
            // As on the real server the stream has an id of its own each time, and names its parent by that one's own.
            UUID parent = base.map(UUID::fromString).orElse(null);
            VhdWriter.write(out, channel, size, UUID.randomUUID(), parent, blocks, progress);
        }
    }
}
