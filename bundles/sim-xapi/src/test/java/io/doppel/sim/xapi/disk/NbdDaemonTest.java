package io.doppel.sim.xapi.disk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.sim.xapi.Disks.NbdExport;
import io.doppel.sim.xapi.Disks.NbdServer;
import io.doppel.sim.xapi.HostIdentity;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The served disks, read by clients that others wrote: nbdcopy and nbdinfo of libnbd, and qemu-img. */
class NbdDaemonTest {
    private static final String NAME = "/0f2c-disk?session_id=OpaqueRef:1-2";
    private static final String NAME_IN_URI = "/0f2c-disk%3Fsession_id=OpaqueRef:1-2";
    private static final int SIZE = 5 * 1024 * 1024 + 512;

    @TempDir
    private Path folder;

    private DiskStore store;
    private Path raw;

    @BeforeEach
    void disk() throws IOException {
        byte[] bytes = new byte[SIZE];
        new Random(7).nextBytes(bytes);
        Arrays.fill(bytes, 1024 * 1024, 3 * 1024 * 1024, (byte) 0);
        raw = Files.write(folder.resolve("seed"), bytes);
        store = new DiskStore(Files.createDirectory(folder.resolve("i")));
        store.create("disk", SIZE);
        store.fill("disk", raw, "raw");
        store.snapshot("disk", "snapshot");
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    @Test
    void severalClientsReadAtOnceWithoutTls() throws Exception {
        try (NbdServer server = store.serve(new NbdExport("snapshot", NAME, "127.0.0.1", Optional.empty()))) {
            String uri = "nbd://127.0.0.1:" + server.port() + "/" + NAME_IN_URI;
            assertReadable(uri);
            String info = Tool.run("nbdinfo", uri);
            assertTrue(info.contains("is_read_only: true"), info);
            assertTrue(info.contains("can_multi_conn: true"), info);
            assertTrue(info.contains("base:allocation"), info);
            assertTrue(Tool.run("nbdinfo", "--map", uri).contains("hole,zero"));
            assertThrows(IOException.class, () -> Tool.run("nbdinfo", uri + "other"));
            assertThrows(IOException.class, () -> Tool.run("nbdcopy", "--", raw.toString(), uri));
        }
    }

    @Test
    void tlsIsDemandedAndShowsTheHostsCertificate() throws Exception {
        HostIdentity identity = TestIdentity.make("127.0.0.1");
        try (NbdServer server = store.serve(new NbdExport("snapshot", NAME, "127.0.0.1", Optional.of(identity)))) {
            assertThrows(
                    IOException.class,
                    () -> Tool.run("nbdinfo", "nbd://127.0.0.1:" + server.port() + "/" + NAME_IN_URI));
            Path certificates = Files.createDirectory(folder.resolve("c"));
            Files.writeString(certificates.resolve("ca-cert.pem"), identity.certificatePem());
            assertReadable(
                    "nbds://127.0.0.1:" + server.port() + "/" + NAME_IN_URI + "?tls-certificates=" + certificates);
            Path copy = folder.resolve("qemu");
            Tool.run(
                    "qemu-img",
                    "convert",
                    "--object",
                    "tls-creds-x509,id=t,endpoint=client,sanity-check=no,dir=" + certificates,
                    "--image-opts",
                    "driver=nbd,host=127.0.0.1,port=" + server.port() + ",export=" + NAME + ",tls-creds=t",
                    "-O",
                    "raw",
                    copy.toString());
            assertArrayEquals(Files.readAllBytes(raw), Files.readAllBytes(copy));
        }
        try (var left = Files.list(folder.resolve("i"))) {
            assertTrue(left.allMatch(file -> file.toString().endsWith(".qcow2")));
        }
    }

    @Test
    void aClosedOrKilledServerRefusesAndAStalledOneGoesOn() throws Exception {
        NbdServer closed = store.serve(new NbdExport("snapshot", NAME, "127.0.0.1", Optional.empty()));
        closed.close();
        assertThrows(ConnectException.class, () -> new Socket("127.0.0.1", closed.port()));
        try (NbdServer server = store.serve(new NbdExport("snapshot", NAME, "127.0.0.1", Optional.empty()))) {
            String uri = "nbd://127.0.0.1:" + server.port() + "/" + NAME_IN_URI;
            store.signalServers("snapshot", "STOP");
            Process copy = new ProcessBuilder("nbdcopy", uri, "null:").start();
            assertTrue(!copy.waitFor(300, TimeUnit.MILLISECONDS), "the stalled server answered");
            store.signalServers("snapshot", "CONT");
            assertEquals(0, copy.waitFor());
            store.signalServers("snapshot", "KILL");
            assertThrows(IOException.class, () -> Tool.run("nbdinfo", uri));
        }
        store.destroy("snapshot");
        store.destroy("disk");
        assertEquals(0, store.layers());
    }

    private void assertReadable(String uri) throws IOException {
        Path copy = folder.resolve("copy");
        Tool.run("nbdcopy", "--connections=4", uri, copy.toString());
        assertArrayEquals(Files.readAllBytes(raw), Files.readAllBytes(copy));
        Files.delete(copy);
    }
}
