package io.doppel.transport.nbd;

import io.doppel.transport.nbd.internal.Access;
import io.doppel.transport.nbd.internal.Certificates;
import io.doppel.transport.nbd.internal.Images;
import io.doppel.transport.nbd.internal.NbdServer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** qcow2 images of qemu-nbd, over TLS. */
class Qcow2TlsTransportTest extends TransportOverServers {
    @TempDir
    static Path own;

    private static Certificates certificates;

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = Certificates.make(own);
    }

    @Override
    NbdServer serve(byte[] content) throws Exception {
        return start(Images.qcow2(folder, content), "--read-only");
    }

    @Override
    NbdServer serveEmpty(long size) throws Exception {
        return start(Images.qcow2(folder, new byte[(int) size]), "--discard=unmap");
    }

    private NbdServer start(Path image, String option) throws Exception {
        return NbdServer.qemu(
                folder,
                option,
                "--format=qcow2",
                "--shared=16",
                certificates.qemu()[0],
                certificates.qemu()[1],
                image.toString());
    }

    @Override
    Access adapt(Access access) throws Exception {
        return access.pinned(certificates);
    }

    @Override
    protected List<Integer> sizes() {
        return List.of(512, 65_536, 1_000_448);
    }
}
