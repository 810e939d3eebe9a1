package io.doppel.transport.nbd;

import io.doppel.transport.nbd.internal.Images;
import io.doppel.transport.nbd.internal.NbdServer;
import java.nio.file.Path;
import java.util.List;

/** Raw images of qemu-nbd. */
class QemuTransportTest extends TransportOverServers {
    @Override
    NbdServer serve(byte[] content) throws Exception {
        return NbdServer.qemu(
                folder,
                "--read-only",
                "--format=raw",
                "--shared=16",
                Images.raw(folder, content).toString());
    }

    @Override
    NbdServer serveEmpty(long size) throws Exception {
        Path image = Images.raw(folder, new byte[(int) size]);
        return NbdServer.qemu(folder, "--format=raw", "--shared=16", image.toString());
    }

    /** qemu-nbd rounds the size of a raw image up to 512 bytes. */
    @Override
    protected List<Integer> sizes() {
        return List.of(0, 512, 4096, 66_048, 1_000_448);
    }
}
