package io.doppel.api.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Set;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PinnedTlsTest {
    @TempDir
    Path folder;

    @Test
    void talksToThePeerThatWasConfirmed() throws Exception {
        try (TlsServer server = new TlsServer(folder, "host1");
                TlsServer other = new TlsServer(folder, "host2")) {
            PinnedTls tls =
                    new PinnedTls(Set.of(Fingerprint.of(other.certificate()), Fingerprint.of(server.certificate())));
            try (SSLSocket secured = tls.secure(server.connect(), "host1:443")) {
                secured.getOutputStream().write(42);
                assertEquals(42, secured.getInputStream().read());
            }
        }
    }

    @Test
    void refusesAnotherCertificateAndShowsBothBeforeAByteIsSent() throws Exception {
        try (TlsServer server = new TlsServer(folder, "new");
                TlsServer old = new TlsServer(folder, "old")) {
            PinnedTls tls = new PinnedTls(Set.of(Fingerprint.of(old.certificate())));
            Socket socket = server.connect();
            DoppelException refused = assertThrows(DoppelException.class, () -> tls.secure(socket, "host1:443"));
            assertTrue(refused.is(CommonError.CERTIFICATE), refused.getMessage());
            assertTrue(
                    refused.what().contains(Fingerprint.of(server.certificate()).text()));
            assertTrue(refused.what().contains(Fingerprint.of(old.certificate()).text()));
            assertTrue(socket.isClosed());
            assertEquals(0, server.received());
        }
    }

    @Test
    void nobodyIsTrustedWithoutAPinNorByJavasOwnAuthorities() throws Exception {
        try (TlsServer server = new TlsServer(folder, "host1")) {
            DoppelException refused = assertThrows(
                    DoppelException.class, () -> new PinnedTls(Set.of()).secure(server.connect(), "host1:443"));
            assertTrue(refused.is(CommonError.CERTIFICATE), refused.getMessage());
            assertTrue(refused.what().contains("confirmed is none"));
        }
    }

    @Test
    void aLookShowsTheCertificateAndSendsNothing() throws Exception {
        try (TlsServer server = new TlsServer(folder, "host1")) {
            PeerCertificate seen = PinnedTls.look(server.connect(), "host1:443");
            assertEquals(PeerCertificate.of("host1:443", server.certificate()), seen);
            assertEquals("CN=host1", seen.subject());
            assertEquals(0, server.received());
        }
    }

    @Test
    void aPeerWithoutTlsIsAFailedConnectionAndNoCertificate() throws Exception {
        try (ServerSocket plain = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread serving = new Thread(() -> {
                try (Socket peer = plain.accept()) {
                    peer.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes());
                } catch (java.io.IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            serving.start();
            Socket socket = new Socket(plain.getInetAddress(), plain.getLocalPort());
            DoppelException failed = assertThrows(DoppelException.class, () -> PinnedTls.look(socket, "host1:80"));
            assertTrue(failed.is(CommonError.IO), failed.getMessage());
            serving.join();
        }
    }

    @Test
    void theContextServesLibrariesAndTellsThemAnUnpinnedPeer() throws Exception {
        try (TlsServer server = new TlsServer(folder, "host1")) {
            PinnedTls tls = new PinnedTls(Set.of());
            HttpClient client =
                    HttpClient.newBuilder().sslContext(tls.context()).build();
            URI uri;
            try (Socket probe = server.connect()) {
                uri = URI.create("https://127.0.0.1:" + probe.getPort() + "/");
            }
            java.io.IOException failed = assertThrows(
                    java.io.IOException.class,
                    () -> client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding()));
            assertTrue(tls.explain(failed, "host1").is(CommonError.CERTIFICATE), failed.toString());
        }
    }

    @Test
    void fingerprintsAreWhatOthersPrintAndPeopleType() throws Exception {
        try (TlsServer server = new TlsServer(folder, "host1")) {
            byte[] sha = MessageDigest.getInstance("SHA-256")
                    .digest(server.certificate().getEncoded());
            Fingerprint expected = Fingerprint.of(server.certificate());
            assertEquals(95, expected.text().length());
            for (String typed : new String[] {
                HexFormat.of().formatHex(sha),
                HexFormat.of().withUpperCase().formatHex(sha),
                HexFormat.ofDelimiter(":").formatHex(sha),
                " SHA256:" + HexFormat.of().formatHex(sha) + " ",
                "sha-256=" + HexFormat.ofDelimiter(":").withUpperCase().formatHex(sha)
            }) {
                assertEquals(expected, Fingerprint.parse(typed));
            }
            for (String wrong :
                    new String[] {"", "AA:BB", expected.text().substring(3), expected.text() + ":00", "x"}) {
                assertThrows(IllegalArgumentException.class, () -> Fingerprint.parse(wrong), wrong);
            }
        }
    }
}
