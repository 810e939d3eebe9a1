package io.doppel.transport.nbd;

import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.transport.Transport;
import io.doppel.tck.TransportContract;
import io.doppel.transport.nbd.internal.Access;
import io.doppel.transport.nbd.internal.NbdServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** The contract of transports over real servers. */
abstract class TransportOverServers extends TransportContract {
    @TempDir
    Path folder;

    private final List<NbdServer> servers = new ArrayList<>();

    /** Serves a disk with this content for reading. */
    abstract NbdServer serve(byte[] content) throws Exception;

    /** Serves an empty disk for writing. */
    abstract NbdServer serveEmpty(long size) throws Exception;

    /** Adds what the servers need. */
    Access adapt(Access access) throws Exception {
        return access;
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (NbdServer server : servers) {
            server.close();
        }
    }

    @Override
    protected Transport transport() {
        return new NbdTransport();
    }

    @Override
    protected DiskAccess readable(byte[] content) throws Exception {
        NbdServer server = serve(content);
        servers.add(server);
        return adapt(Access.to(server)).make();
    }

    @Override
    protected Optional<DiskAccess> writable(long size) throws Exception {
        NbdServer server = serveEmpty(size);
        servers.add(server);
        return Optional.of(adapt(Access.to(server)).writable().make());
    }

    @Override
    protected DiskAccess missing() throws Exception {
        NbdServer server = serve(new byte[512]);
        servers.add(server);
        return adapt(Access.to(server)).with("export-prefix", "no such disk").make();
    }
}
