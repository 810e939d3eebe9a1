package io.doppel.transport.nbd.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;
import io.doppel.spi.disk.ByteRange;
import io.doppel.transport.nbd.NbdError;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Opening exports of real servers: TLS, names, secrets, bitmaps. */
class OpeningTest {
    private static final String SESSION = "OpaqueRef:0d2c9f3e-6a1b-4c55-9d33-7f0a1e2b3c4d";
    private static final byte[] CONTENT = Images.content(1 << 20, 1);

    @TempDir
    static Path shared;

    private static Certificates certificates;

    @TempDir
    Path folder;

    private final List<NbdServer> servers = new ArrayList<>();

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = Certificates.make(shared);
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (NbdServer server : servers) {
            server.close();
        }
    }

    private NbdServer keep(NbdServer server) {
        servers.add(server);
        return server;
    }

    private NbdServer qemu(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("--format=raw", "--read-only", "--shared=16"));
        all.addAll(List.of(arguments));
        all.add(Images.raw(folder, CONTENT).toString());
        return keep(NbdServer.qemu(folder, all.toArray(String[]::new)));
    }

    private NbdServer nbdkit(String... arguments) throws Exception {
        return keep(NbdServer.nbdkit(folder, arguments));
    }

    private static DoppelException refused(Access access, ErrorCode code) {
        DoppelException e = assertThrows(DoppelException.class, access::reader);
        assertTrue(e.is(code), () -> "expected " + code + ", got " + e.getMessage());
        return e;
    }

    @Test
    void anotherCertificateIsRefusedWithBothFingerprints() throws Exception {
        Certificates other = Certificates.make(folder);
        NbdServer server = qemu(certificates.qemu());
        DoppelException e = refused(Access.to(server).pinned(other), CommonError.CERTIFICATE);
        assertTrue(e.getMessage().contains(other.fingerprint().text()), e.getMessage());
        assertTrue(e.getMessage().contains(certificates.fingerprint().text()), e.getMessage());
        try (NbdDiskReader reader = Access.to(server).pinned(certificates).reader()) {
            assertArrayEquals(CONTENT, Images.readAll(reader));
        }
    }

    @Test
    void requiredTlsIsNotGivenUpForAServerWithoutIt() throws Exception {
        refused(Access.to(qemu()).pinned(certificates), NbdError.NO_TLS);
        refused(Access.to(nbdkit("--tls=off", "memory", "1M")).pinned(certificates), NbdError.NO_TLS);
        refused(Access.to(nbdkit("--mask-handshake=0", "memory", "1M")).pinned(certificates), NbdError.NO_TLS);
    }

    @Test
    void demandedTlsIsNamed() throws Exception {
        refused(Access.to(qemu(certificates.qemu())), NbdError.TLS_DEMANDED);
        refused(
                Access.to(nbdkit("--tls=require", "--tls-certificates=" + certificates.folder(), "memory", "1M")),
                NbdError.TLS_DEMANDED);
    }

    @Test
    void tlsOfAnotherServerToo() throws Exception {
        NbdServer server = nbdkit(
                "--tls=require",
                "--tls-certificates=" + certificates.folder(),
                "file",
                Images.raw(folder, CONTENT).toString());
        try (NbdDiskReader reader = Access.to(server).pinned(certificates).reader()) {
            assertArrayEquals(CONTENT, Images.readAll(reader));
        }
    }

    /** nbdkit then knows no option but the name; or no way to leave out the zeros. */
    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "2"})
    void serversWithoutNewerOptionsAreRead(String mask) throws Exception {
        NbdServer server = nbdkit(
                "--mask-handshake=" + mask, "file", Images.raw(folder, CONTENT).toString());
        try (NbdDiskReader reader = Access.to(server).reader()) {
            assertArrayEquals(CONTENT, Images.readAll(reader));
        }
    }

    @Test
    void theOldStyleIsNamed() throws Exception {
        refused(Access.to(nbdkit("--oldstyle", "memory", "1M")), NbdError.OLD_SERVER);
    }

    @Test
    void namesAsXapiGivesThemAreFound() throws Exception {
        NbdServer server = nbdkit(
                "--filter=exportname",
                "pattern",
                "1M",
                "exportname=/disk?session_id=" + SESSION,
                "exportname-strict=true");
        Access access =
                Access.to(server).with("export-prefix", "/disk?session_id=").suffix(SESSION);
        try (NbdDiskReader reader = access.reader()) {
            byte[] some = new byte[8];
            reader.read(4096, some, 0, 8);
            assertArrayEquals(new byte[] {0, 0, 0, 0, 0, 0, 16, 0}, some);
        }
        String shown = access.target().toString();
        assertEquals("the export '/disk?session_id=…' of 127.0.0.1:" + server.port(), shown);
    }

    @Test
    void theSecretPartOfANameIsNeverShown() throws Exception {
        for (NbdServer server : List.of(
                qemu(), nbdkit("--filter=exportname", "memory", "1M", "exportname=other", "exportname-strict=true"))) {
            DoppelException e = refused(
                    Access.to(server).with("export-prefix", "/disk?session_id=").suffix(SESSION),
                    NbdError.UNKNOWN_EXPORT);
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace, true));
            assertTrue(trace.toString().contains("/disk?session_id=…"), trace.toString());
            for (int i = 0; i + 8 <= SESSION.length(); i++) {
                assertFalse(trace.toString().contains(SESSION.substring(i, i + 8)), trace.toString());
            }
        }
    }

    @Test
    void bitmapsTellWhatChanged() throws Exception {
        Path image = Images.qcow2(folder, CONTENT);
        NbdServer.run("qemu-img", "bitmap", "--add", "-g", "65536", image.toString(), "since");
        NbdServer.run("qemu-io", "-f", "qcow2", "-c", "write 65536 512", "-c", "write 786432 131072", image.toString());
        NbdServer server = keep(NbdServer.qemu(
                folder, "--format=qcow2", "--read-only", "--shared=16", "--bitmap=since", image.toString()));
        try (NbdDiskReader reader =
                Access.to(server).with("bitmap", "qemu:dirty-bitmap:since").reader()) {
            List<ByteRange> all = List.of(new ByteRange(65_536, 65_536), new ByteRange(786_432, 131_072));
            assertEquals(all, reader.changed(new ByteRange(0, 1 << 20)));
            assertEquals(List.of(new ByteRange(800_001, 5)), reader.changed(new ByteRange(800_001, 5)));
            assertTrue(reader.allocated(new ByteRange(0, 1 << 20)).size() > 0);
        }
        DoppelException e = refused(Access.to(server).with("bitmap", "qemu:dirty-bitmap:other"), NbdError.NO_BITMAP);
        assertTrue(e.getMessage().contains("qemu:dirty-bitmap:since"), e.getMessage());
        try (NbdDiskReader reader = Access.to(server).reader()) {
            DoppelException none = assertThrows(DoppelException.class, () -> reader.changed(new ByteRange(0, 1 << 20)));
            assertTrue(none.is(NbdError.NO_BITMAP), none.getMessage());
        }
    }

    @Test
    void readOnlyExportsAreNotOpenedForWriting() throws Exception {
        Access access = Access.to(qemu()).writable();
        DoppelException e = assertThrows(DoppelException.class, access::writer);
        assertTrue(e.is(NbdError.READ_ONLY), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "tls, maybe",
        "tls, ''",
        "pin, 12:34",
        "connections, 0",
        "connections, 17",
        "connections, many",
        "tls, required"
    })
    void wrongParametersAreRefused(String parameter, String value) {
        Access access = Access.to(1).with("tls", parameter.equals("pin") ? "required" : "never");
        refused(access.with(parameter, value), NbdError.BAD_ACCESS);
    }
}
