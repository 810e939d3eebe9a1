package io.doppel.offsite.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.ErrorCode;
import io.doppel.api.secret.SecretRef;
import io.doppel.api.tls.Fingerprint;
import io.doppel.api.tls.TlsIdentity;
import io.doppel.listener.internal.TlsListener;
import io.doppel.offsite.internal.alert.AlertKind;
import io.doppel.spi.listener.ListenerConnection;
import io.doppel.spi.listener.ListenerRole;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.storage.offsite.wire.EnrolmentCode;
import io.doppel.storage.offsite.wire.Frame;
import io.doppel.storage.offsite.wire.FrameInput;
import io.doppel.storage.offsite.wire.FrameOutput;
import io.doppel.storage.offsite.wire.ModuleError;
import io.doppel.storage.offsite.wire.Refusal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever else answers a client, or knocks at a module, is told apart, each with its own code. */
class WrongPeerTest {
    @TempDir
    Path folder;

    private final TlsIdentity other = TlsIdentity.make("other");
    private Site site;
    private Map<String, String> settings;
    private EnrolmentCode code;

    @BeforeEach
    void open() throws Exception {
        site = new Site(folder);
        settings = site.add("client");
        code = EnrolmentCode.parse(site.secrets.get(new SecretRef(settings.get("code"))));
    }

    @AfterEach
    void close() throws Exception {
        site.close();
    }

    /** Settings that lead to another port, whose certificate is in the code. */
    private Map<String, String> at(int port) {
        Map<String, String> there = site.settings(new EnrolmentCode(other.fingerprint(), code.token()).text());
        return Site.with(there, "port", Integer.toString(port));
    }

    /** A peer that reads something, answers with something and goes. */
    private void answers(byte[] answer, ErrorCode expected) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> done = CompletableFuture.runAsync(() -> {
                try (Socket socket = server.accept()) {
                    socket.setSoTimeout(30_000);
                    socket.getInputStream().read(new byte[100]);
                    socket.getOutputStream().write(answer);
                    socket.shutdownOutput();
                    socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                    // the client has gone
                }
            });
            Steps.fails(expected, () -> site.open(at(server.getLocalPort())));
            done.get(60, TimeUnit.SECONDS);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void aServerOfAnotherKindIsNoModule() throws Exception {
        answers(ascii("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"), ModuleError.NO_MODULE);
        answers(ascii("SSH-2.0-OpenSSH_9.2p1\r\n"), ModuleError.NO_MODULE);
        // a TLS server that knows only older versions: alert protocol_version
        answers(new byte[] {0x15, 3, 3, 0, 2, 2, 70}, ModuleError.NO_MODULE);
        // one that is there and goes may be back soon
        answers(new byte[0], StorageError.UNREACHABLE);
    }

    /** A port with a role, as another version of Doppel may have one. */
    private void withRole(String protocol, FrameAnswer answer, ErrorCode expected) throws Exception {
        try (TlsListener listener =
                TlsListener.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), other)) {
            listener.add(new ListenerRole() {
                @Override
                public String protocol() {
                    return protocol;
                }

                @Override
                public boolean trusts(Fingerprint peer) {
                    return true;
                }

                @Override
                public void serve(ListenerConnection connection) {
                    try {
                        FrameInput in = new FrameInput(connection.in(), Frame.MAX_HELLO);
                        FrameOutput out = new FrameOutput(connection.out());
                        assertEquals(Frame.HELLO, in.next());
                        answer.to(out);
                        out.flush();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                }
            });
            Steps.fails(expected, () -> site.open(at(listener.port())));
        }
    }

    private interface FrameAnswer {
        void to(FrameOutput out) throws IOException;
    }

    @Test
    void anotherVersionOfTheProtocolIsSaidToBeThat() throws Exception {
        withRole("doppel-offsite/2", out -> {}, ModuleError.VERSION);
        withRole(
                Frame.PROTOCOL,
                out -> out.error(Refusal.PROTOCOL.code(), "version 1 is not known here"),
                ModuleError.VERSION);
        withRole(Frame.PROTOCOL, out -> out.begin(Frame.WELCOME, 3).u16(2).u8(0).end(), ModuleError.VERSION);
    }

    @Test
    void aClientOfAnotherVersionIsRefusedAndTold() throws Exception {
        try (Attacker newer =
                Attacker.at(site.listener.port(), code.module(), TlsIdentity.make("newer"), Frame.PROTOCOL)) {
            newer.out.begin(Frame.HELLO, 34).u16(2).bytes(code.token()).end();
            newer.out.flush();
            assertEquals(Refusal.PROTOCOL.code(), newer.error());
            assertTrue(newer.isOver());
        }
        assertTrue(site.module.clients().get(0).certificate().isEmpty(), "the code is still unused");
    }

    @Test
    void aTokenWithTheCertificateOfAnotherClientIsRefused() throws Exception {
        site.open(settings).close();
        Map<String, String> second = site.add("second");
        EnrolmentCode own = EnrolmentCode.parse(site.secrets.get(new SecretRef(second.get("code"))));
        site.open(second).close();
        TlsIdentity key = Keys.of(site.secrets, own);
        try (Attacker attacker = Attacker.at(site.listener.port(), code.module(), key, Frame.PROTOCOL)) {
            attacker.hello(code.token());
            assertEquals(Refusal.DENIED.code(), attacker.error());
        }
        assertTrue(site.module.alerts().list().stream()
                .anyMatch(a -> a.kind() == AlertKind.TOKEN && a.client().equals("client")));
    }

    @Test
    void clocksThatAreYearsApartMatterToNobody() throws Exception {
        site.open(settings).close();
        for (int years : new int[] {-20, 40}) {
            site.day.addAndGet(Duration.ofDays(365L * years).toMillis());
            site.restart();
            try (Storage storage = site.open(settings)) {
                Steps.put(storage, "at/" + (years + 50), "1");
                assertEquals("1", Steps.text(storage, "at/" + (years + 50)));
            }
            // an enrolment, too, counts no time of day
            site.open(site.add("c" + (years + 50))).close();
        }
    }

    @Test
    void whatIsNoClientGetsNoWordAndHurtsNobody() throws Exception {
        for (String words : new String[] {
            "GET / HTTP/1.1\r\nHost: offsite\r\n\r\n", "SSH-2.0-x\r\n", "\0\0\0\0\0\0\0\0\0\0\0\0", "EHLO x\r\n"
        }) {
            try (Socket socket = Attacker.plain(site.listener.port())) {
                socket.getOutputStream().write(ascii(words));
                byte[] heard = socket.getInputStream().readAllBytes();
                // nothing, or the alert by which TLS says that it does not understand
                assertTrue(heard.length == 0 || heard[0] == 0x15 && heard.length < 20, heard.length + " bytes");
            }
        }
        try (Storage fine = site.open(settings)) {
            Steps.put(fine, "a", "1");
        }
        assertEquals(0, site.module.alerts().list().size());
    }
}
