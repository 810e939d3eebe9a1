package io.doppel.sim.xapi.disk;

import io.doppel.sim.xapi.Disks.NbdExport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The NBD servers of a store that run now. Safe for use by many threads. */
final class NbdServers {
    private final Path folder;
    private final Set<NbdDaemon> running = new LinkedHashSet<>();

    /** @param folder for the servers' own files */
    NbdServers(Path folder) {
        this.folder = folder;
    }

    /** @param onClose runs once, after the server has ended */
    NbdDaemon start(NbdExport export, Layer top, Runnable onClose) throws IOException {
        NbdDaemon[] server = new NbdDaemon[1];
        server[0] = NbdDaemon.start(folder, export, top, () -> {
            synchronized (running) {
                running.remove(server[0]);
            }
            onClose.run();
        });
        synchronized (running) {
            running.add(server[0]);
        }
        return server[0];
    }

    List<NbdDaemon> running() {
        synchronized (running) {
            return List.copyOf(running);
        }
    }

    void signal(String vdi, String signal) throws IOException {
        for (NbdDaemon server : running()) {
            if (server.disk().equals(vdi)) {
                server.signal(signal);
            }
        }
    }
}
