package io.doppel.sim.xapi.calls;

import io.doppel.sim.xapi.Disks;
import io.doppel.sim.xapi.Disks.NbdExport;
import io.doppel.sim.xapi.Disks.NbdServer;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** The NBD servers that sessions have asked for; they end with their session, or with their disk. */
final class NbdExports {
    private final Disks disks;
    private final Map<String, Map<NbdExport, NbdServer>> running = new HashMap<>();

    NbdExports(Disks disks) {
        this.disks = disks;
    }

    /** The port of the server for an export; one is started where none is there. */
    synchronized int port(String session, NbdExport export) throws IOException {
        Map<NbdExport, NbdServer> own = running.computeIfAbsent(session, key -> new HashMap<>());
        NbdServer server = own.get(export);
        if (server == null) {
            server = disks.serve(export);
            own.put(export, server);
        }
        return server.port();
    }

    synchronized void close(String session) {
        Map<NbdExport, NbdServer> own = running.remove(session);
        if (own != null) {
            own.values().forEach(NbdServer::close);
        }
    }

    synchronized void closeDisk(String vdi) {
        for (Map<NbdExport, NbdServer> own : running.values()) {
            own.entrySet().removeIf(entry -> {
                boolean its = entry.getKey().vdi().equals(vdi);
                if (its) {
                    entry.getValue().close();
                }
                return its;
            });
        }
    }

    synchronized void closeAll() {
        java.util.List.copyOf(running.keySet()).forEach(this::close);
    }
}
