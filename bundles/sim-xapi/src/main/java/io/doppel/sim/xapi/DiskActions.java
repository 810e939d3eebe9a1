package io.doppel.sim.xapi;

import com.fasterxml.jackson.databind.JsonNode;
import io.doppel.sim.xapi.disk.DiskStore;
import io.doppel.sim.xapi.disk.LiveDisk;
import io.doppel.sim.xapi.server.ControlServer.Action;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What can be done to the content of disks from outside, as a machine's guest would: {@code fill}, {@code open}, {@code close}, {@code export}. */
final class DiskActions {
    private final DiskStore disks;
    private final Map<String, LiveDisk> open = new ConcurrentHashMap<>();

    DiskActions(DiskStore disks) {
        this.disks = disks;
    }

    Map<String, Action> actions() {
        return Map.of("fill", this::fill, "open", this::open, "close", this::close, "export", this::export);
    }

    /** {@code {"vdi": uuid, "image": path, "format": "raw"}}: the disk, new until now, holds what the image holds. */
    private Object fill(JsonNode parameters) throws IOException {
        disks.fill(
                Control.needed(parameters, "vdi"),
                Path.of(Control.needed(parameters, "image")),
                Control.needed(parameters, "format"));
        return null;
    }

    /** {@code {"vdi": uuid}}: the path of a raw file that is the disk until it is closed. */
    private Object open(JsonNode parameters) throws IOException {
        String vdi = Control.needed(parameters, "vdi");
        LiveDisk disk = disks.open(vdi);
        open.put(vdi, disk);
        return Map.of("path", disk.path().toString());
    }

    private Object close(JsonNode parameters) throws IOException {
        LiveDisk disk = open.remove(Control.needed(parameters, "vdi"));
        if (disk == null) {
            throw new IllegalArgumentException("the disk is not open");
        }
        disk.close();
        return null;
    }

    /** {@code {"vdi": uuid, "raw": path}}: writes what the disk holds to a new raw file. */
    private Object export(JsonNode parameters) throws IOException {
        disks.export(Control.needed(parameters, "vdi"), Path.of(Control.needed(parameters, "raw")));
        return null;
    }
}
