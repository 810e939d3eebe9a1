package io.doppel.listener.internal;

import io.doppel.api.tls.Fingerprint;
import io.doppel.spi.listener.ListenerConnection;
import io.doppel.spi.listener.ListenerRole;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection that the port accepted. */
final class Accepted implements ListenerConnection {
    private static final Logger LOG = LoggerFactory.getLogger(Accepted.class);

    private static final int FAREWELL_MILLIS = 1_000;

    private final Socket socket;
    private final Strangers strangers;
    private SSLSocket secured;
    private Fingerprint peer;
    private volatile ListenerRole role;
    /** Whether it no longer counts among those that nobody knows. */
    private boolean known;

    private boolean ended;

    Accepted(Socket socket, Strangers strangers) {
        this.socket = socket;
        this.strangers = strangers;
    }

    /** Makes TLS of it; what role the peer chose. */
    ListenerRole shakeHands(SSLContext context, Map<String, ListenerRole> roles) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) Duration.ofSeconds(TlsListener.PROVE_SECONDS).toMillis());
        secured = (SSLSocket) context.getSocketFactory().createSocket(socket, null, false);
        secured.setUseClientMode(false);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3"});
        parameters.setNeedClientAuth(true);
        secured.setSSLParameters(parameters);
        // Null ends the handshake with the alert no_application_protocol, also if the peer offers nothing at all.
        secured.setHandshakeApplicationProtocolSelector((s, offered) ->
                offered.stream().filter(roles::containsKey).findFirst().orElse(null));
        secured.startHandshake();
        ListenerRole chosen = roles.get(secured.getApplicationProtocol());
        if (chosen == null) {
            throw new IOException("No role was chosen");
        }
        peer = Fingerprint.of((X509Certificate) secured.getSession().getPeerCertificates()[0]);
        role = chosen;
        return chosen;
    }

    boolean isOf(ListenerRole other) {
        return role == other;
    }

    @Override
    public Fingerprint peer() {
        return peer;
    }

    @Override
    public String address() {
        return socket.getInetAddress().getHostAddress();
    }

    @Override
    public InputStream in() throws IOException {
        return secured.getInputStream();
    }

    @Override
    public OutputStream out() throws IOException {
        return secured.getOutputStream();
    }

    @Override
    public synchronized void accepted() {
        if (!known && !ended) {
            known = true;
            strangers.left();
        }
    }

    @Override
    public void readTimeout(Duration time) throws IOException {
        socket.setSoTimeout((int) Math.min(Integer.MAX_VALUE, time.toMillis()));
    }

    /**
     * Lets the peer read what was sent to it last: closing while something of its is unread would take that away from it. What
     * it sends meanwhile is thrown away, for a short while.
     */
    void farewell() {
        strangerLeaves();
        try {
            socket.setSoTimeout(FAREWELL_MILLIS);
            socket.shutdownOutput();
            byte[] buffer = new byte[8 << 10];
            InputStream rest = socket.getInputStream();
            long end = System.nanoTime() + FAREWELL_MILLIS * 1_000_000L;
            while (System.nanoTime() < end && rest.read(buffer) >= 0) {
                // thrown away
            }
        } catch (IOException e) {
            LOG.debug("The connection of {} ended: {}", address(), e.toString());
        }
    }

    /** Counts one that did not prove who it is, once. */
    private synchronized void strangerLeaves() {
        if (!known) {
            known = true;
            strangers.left();
            strangers.failed(socket.getInetAddress());
        }
    }

    synchronized void endUnlessKnown() {
        if (!known) {
            close();
        }
    }

    @Override
    public synchronized void close() {
        if (ended) {
            return;
        }
        ended = true;
        strangerLeaves();
        try {
            // The plain socket: closing TLS in order would wait for a peer that does not read.
            socket.close();
        } catch (IOException e) {
            LOG.debug("Cannot close the connection of {}: {}", address(), e.toString());
        }
    }
}
