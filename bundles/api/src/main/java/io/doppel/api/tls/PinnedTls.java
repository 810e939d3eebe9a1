package io.doppel.api.tls;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/**
 * TLS 1.2 and 1.3 in which the peer's own certificate must be one that was confirmed. Names, issuers and expiry are not
 * looked at: the pin says more than they do, and hypervisors sign for themselves and redirect to addresses. Safe for
 * several threads.
 */
public final class PinnedTls {
    private final Set<Fingerprint> pins;
    private final SSLContext context;
    private final String protocol;

    /**
     * TLS with these peers only.
     *
     * @param pins what was confirmed; nobody is trusted if empty
     */
    public PinnedTls(Set<Fingerprint> pins) {
        this.pins = Set.copyOf(pins);
        this.context = context(new PinTrust(this.pins));
        this.protocol = "";
    }

    /**
     * TLS 1.3 with these peers only, to which this side shows who it is.
     *
     * @param pins what was confirmed; nobody is trusted if empty
     * @param own the certificate that is shown
     * @param protocol the ALPN protocol that is asked for; the handshake fails with a peer that does not have it
     */
    public PinnedTls(Set<Fingerprint> pins, TlsIdentity own, String protocol) {
        this.pins = Set.copyOf(pins);
        this.context = own.context(new PinTrust(this.pins));
        this.protocol = protocol;
    }

    /**
     * A context whose handshakes fail with an {@link UnpinnedException} among the causes when another certificate is
     * shown. For libraries that make their own sockets; they must not check host names.
     */
    public SSLContext context() {
        return context;
    }

    /**
     * Makes TLS of a connection and shakes hands; closing the result closes the connection.
     *
     * @param connected a connected socket whose read time-out bounds the handshake
     * @param peer address and port for messages
     * @throws DoppelException {@link CommonError#CERTIFICATE} with both fingerprints if another certificate is shown,
     *     {@link CommonError#IO} if the handshake fails; {@code connected} is closed then
     */
    public SSLSocket secure(Socket connected, String peer) throws DoppelException {
        try {
            return shakeHands(connected);
        } catch (IOException e) {
            DoppelException coded = explain(e, peer);
            close(connected, coded);
            throw coded;
        }
    }

    /**
     * The coded form of a failure of a connection that uses {@link #context()}.
     *
     * @param peer address and port for messages
     */
    public DoppelException explain(IOException failure, String peer) {
        Optional<UnpinnedException> unpinned = unpinned(failure);
        if (unpinned.isPresent()) {
            return new DoppelException(
                    CommonError.CERTIFICATE,
                    peer + " shows the certificate " + unpinned.get().shown() + "; confirmed "
                            + (pins.isEmpty()
                                    ? "is none"
                                    : (pins.size() == 1 ? "is " : "are ")
                                            + pins.stream()
                                                    .map(Fingerprint::text)
                                                    .sorted()
                                                    .collect(Collectors.joining(" and "))),
                    failure);
        }
        return new DoppelException(
                CommonError.IO, "The connection to " + peer + " failed: " + failure.getMessage(), failure);
    }

    /**
     * What certificate a peer shows. Nothing but a handshake is sent, and what follows it is not trusted with anything.
     *
     * @param connected a connected socket whose read time-out bounds the handshake; it is closed
     * @param peer address for people
     * @throws DoppelException {@link CommonError#IO} if there is no handshake
     */
    public static PeerCertificate look(Socket connected, String peer) throws DoppelException {
        PinnedTls nobody = new PinnedTls(Set.of());
        try (connected) {
            nobody.shakeHands(connected);
        } catch (IOException e) {
            Optional<UnpinnedException> unpinned = unpinned(e);
            if (unpinned.isPresent()) {
                return PeerCertificate.of(peer, unpinned.get().certificate());
            }
            throw nobody.explain(e, peer);
        }
        throw new DoppelException(CommonError.IO, peer + " shows no certificate");
    }

    private SSLSocket shakeHands(Socket connected) throws IOException {
        SSLSocket secured = (SSLSocket) context.getSocketFactory()
                .createSocket(connected, connected.getInetAddress().getHostAddress(), connected.getPort(), true);
        secured.setUseClientMode(true);
        if (!protocol.isEmpty()) {
            SSLParameters parameters = secured.getSSLParameters();
            parameters.setProtocols(new String[] {"TLSv1.3"});
            parameters.setApplicationProtocols(new String[] {protocol});
            secured.setSSLParameters(parameters);
        }
        secured.startHandshake();
        if (!protocol.isEmpty() && !protocol.equals(secured.getApplicationProtocol())) {
            throw new SSLHandshakeException("The peer does not speak " + protocol);
        }
        return secured;
    }

    private static Optional<UnpinnedException> unpinned(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof UnpinnedException found) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }

    private static SSLContext context(TrustManager trust) {
        try {
            SSLContext made = SSLContext.getInstance("TLS");
            made.init(null, new TrustManager[] {trust}, null);
            return made;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has TLS", e);
        }
    }

    private static void close(Socket socket, DoppelException failure) {
        try {
            socket.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }
}
