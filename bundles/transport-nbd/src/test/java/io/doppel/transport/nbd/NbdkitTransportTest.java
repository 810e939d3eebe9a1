package io.doppel.transport.nbd;

import io.doppel.spi.disk.DiskAccess;
import io.doppel.transport.nbd.internal.Access;
import io.doppel.transport.nbd.internal.Images;
import io.doppel.transport.nbd.internal.NbdServer;

/** Files of any size of nbdkit. */
class NbdkitTransportTest extends TransportOverServers {
    @Override
    NbdServer serve(byte[] content) throws Exception {
        return NbdServer.nbdkit(
                folder, "--readonly", "file", Images.raw(folder, content).toString());
    }

    @Override
    NbdServer serveEmpty(long size) throws Exception {
        return NbdServer.nbdkit(folder, "memory", Long.toString(size));
    }

    @Override
    protected DiskAccess missing() throws Exception {
        return Access.to(stopped()).make();
    }

    private NbdServer stopped() throws Exception {
        NbdServer server = serve(new byte[512]);
        server.close();
        return server;
    }
}
