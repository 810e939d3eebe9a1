package io.doppel.transport.nbd;

import io.doppel.spi.disk.DiskAccess;
import io.doppel.transport.nbd.internal.Access;
import io.doppel.transport.nbd.internal.Images;
import io.doppel.transport.nbd.internal.NbdServer;
import java.util.List;

/** A server with simple replies only, whole blocks only, no way to zero, and no word about what is allocated. */
class OldServerTransportTest extends TransportOverServers {
    private static final String[] POOR = {
        "--no-sr",
        "--filter=nozero",
        "--filter=noextents",
        "--filter=blocksize-policy",
        "blocksize-minimum=512",
        "blocksize-preferred=4096",
        "blocksize-maximum=65536",
        "blocksize-error-policy=error"
    };

    @Override
    NbdServer serve(byte[] content) throws Exception {
        return start("file", Images.raw(folder, content).toString());
    }

    @Override
    NbdServer serveEmpty(long size) throws Exception {
        return start("memory", Long.toString(size));
    }

    private NbdServer start(String plugin, String argument) throws Exception {
        return NbdServer.nbdkit(
                folder, POOR[0], POOR[1], POOR[2], POOR[3], plugin, argument, POOR[4], POOR[5], POOR[6], POOR[7]);
    }

    @Override
    protected DiskAccess missing() throws Exception {
        return Access.to(start("null", "0")).with("tls", "required").make();
    }

    @Override
    protected List<Integer> sizes() {
        return List.of(0, 512, 4096, 66_048, 1_000_448);
    }
}
