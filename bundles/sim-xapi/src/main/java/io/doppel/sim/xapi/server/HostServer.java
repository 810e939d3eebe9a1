package io.doppel.sim.xapi.server;

import io.doppel.sim.xapi.HostIdentity;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The HTTP server of one host: HTTPS, and plain HTTP beside it. */
final class HostServer implements AutoCloseable {
    /** No request takes longer than an {@code event.from} or a stream that a test slows down. */
    private static final long IDLE_MILLIS = 300_000;

    private final Server server;
    private final ServerConnector secure;
    private final ServerConnector plain;
    private final SslContextFactory.Server tls = new SslContextFactory.Server();

    /** @param port of HTTPS; 0 takes any free one. Both ports are open when this returns, and nothing is answered yet. */
    HostServer(String address, int port, HostIdentity identity) throws IOException {
        QueuedThreadPool threads = new QueuedThreadPool(200, 2);
        threads.setDaemon(true);
        threads.setName("sim-xapi-http");
        server = new Server(threads);
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendDateHeader(false);
        // Clients come by whatever name or address leads here, as to a real host; Jetty itself would compare it with
        // the certificate.
        http.addCustomizer(new SecureRequestCustomizer(false));
        tls.setKeyStore(keys(identity));
        tls.setKeyStorePassword("");
        secure = connector(
                address,
                port,
                new ServerConnector(
                        server,
                        new SslConnectionFactory(tls, HttpVersion.HTTP_1_1.asString()),
                        new HttpConnectionFactory(http)));
        plain = connector(address, 0, new ServerConnector(server, new HttpConnectionFactory(http)));
        server.setConnectors(new ServerConnector[] {secure, plain});
        try {
            secure.open();
            plain.open();
        } catch (IOException e) {
            secure.close();
            throw new IOException("cannot listen on " + address + ":" + port + ": " + e.getMessage(), e);
        }
    }

    private static ServerConnector connector(String address, int port, ServerConnector connector) {
        connector.setHost(address);
        connector.setPort(port);
        connector.setIdleTimeout(IDLE_MILLIS);
        return connector;
    }

    private static KeyStore keys(HostIdentity identity) throws IOException {
        try {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(null, null);
            keys.setKeyEntry("host", identity.key(), new char[0], new Certificate[] {identity.certificate()});
            return keys;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    int port() {
        return secure.getLocalPort();
    }

    /** The port of plain HTTP. */
    int plainPort() {
        return plain.getLocalPort();
    }

    /** From now on another certificate is shown; connections that are there stay. */
    void renew(HostIdentity identity) throws IOException {
        KeyStore keys = keys(identity);
        try {
            tls.reload(factory -> factory.setKeyStore(keys));
        } catch (Exception e) {
            throw new IOException("the certificate could not be changed", e);
        }
    }

    void start(Handler handler) {
        server.setHandler(handler);
        try {
            server.start();
        } catch (Exception e) {
            throw new IllegalStateException("the HTTP server did not start", e);
        }
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the HTTP server did not stop", e);
        } finally {
            secure.close();
            plain.close();
        }
    }
}
