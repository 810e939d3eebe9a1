package io.doppel.xapi;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobService.Subscription;
import io.doppel.api.tls.Fingerprint;
import io.doppel.api.tls.PeerCertificate;
import io.doppel.api.tls.PinnedTls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * How the web ports of a pool's members are reached: over TLS to pinned certificates (or in plain text, where the
 * administrator said so), through the address map and the proxy. Immutable, safe for several threads.
 */
public final class XapiRoute {
    private static final Duration CONNECT = Duration.ofSeconds(15);
    private static final int MAX_HEAD = 1 << 20;

    private final boolean tls;
    private final int port;
    private final Set<Fingerprint> pins;
    private final AddressMap map;
    private final Optional<XapiProxy> proxy;
    private final Duration readTimeout;
    private final PinnedTls pinned;

    /**
     * @param tls whether to use TLS; passwords and data go in plain text otherwise
     * @param port port of addresses that name none, usually 443
     * @param pins certificates that members may show
     * @param map address map of the pool
     * @param proxy proxy for these connections, if any
     * @param readTimeout longest silence of a host, at least a second; calls that need no storage have a shorter one of
     *     their own
     */
    public XapiRoute(
            boolean tls,
            int port,
            Set<Fingerprint> pins,
            AddressMap map,
            Optional<XapiProxy> proxy,
            Duration readTimeout) {
        this.tls = tls;
        this.port = port;
        this.pins = Set.copyOf(pins);
        this.map = map;
        this.proxy = proxy;
        this.readTimeout = readTimeout;
        this.pinned = new PinnedTls(this.pins);
    }

    /** The same with more certificates trusted. */
    public XapiRoute trusting(Set<Fingerprint> more) {
        Set<Fingerprint> all = new HashSet<>(pins);
        all.addAll(more);
        return new XapiRoute(tls, port, all, map, proxy, readTimeout);
    }

    /** The same with another longest silence, for streams. */
    public XapiRoute withReadTimeout(Duration other) {
        return new XapiRoute(tls, port, pins, map, proxy, other);
    }

    /** The same over TLS, to where members redirect even when they were asked in plain text. */
    public XapiRoute secured() {
        return tls ? this : new XapiRoute(true, port, pins, map, proxy, readTimeout);
    }

    /** Longest silence of a host. */
    Duration readTimeout() {
        return readTimeout;
    }

    /** Whether connections use TLS. */
    public boolean tls() {
        return tls;
    }

    /** Port of addresses that name none. */
    public int port() {
        return port;
    }

    /** The certificates trusted. */
    public Set<Fingerprint> pins() {
        return pins;
    }

    /** The address map. */
    public AddressMap map() {
        return map;
    }

    /** The proxy, if any. */
    public Optional<XapiProxy> proxy() {
        return proxy;
    }

    /** Reads an inside address as a pool tells it, with or without a port. */
    public XapiAddress inside(String text) throws DoppelException {
        return XapiAddress.parse(text, port);
    }

    /**
     * Opens a connection.
     *
     * @param inside the host as the pool tells its address
     * @throws DoppelException {@link CommonError#CERTIFICATE} if another certificate is shown, {@link XapiError#PROXY} if
     *     the proxy refuses, {@link CommonError#IO} otherwise; nothing is left open then
     */
    public XapiWire open(XapiAddress inside) throws DoppelException {
        return open(inside, CancelToken.NEVER);
    }

    /**
     * As {@link #open(XapiAddress)}.
     *
     * @param cancel ends the waiting
     */
    public XapiWire open(XapiAddress inside, CancelToken cancel) throws DoppelException {
        XapiAddress target = map.outside(inside);
        Socket connected = new Socket();
        try (Subscription onCancel = cancel.onCancel(() -> abandon(connected))) {
            connect(connected, target);
            Socket socket = tls ? pinned.secure(connected, target.toString()) : connected;
            return new XapiWire(connected, socket, target, pinned);
        } catch (IOException e) {
            cancel.check();
            throw closing(connected, io(target, e));
        } catch (DoppelException e) {
            cancel.check();
            throw e;
        }
    }

    private static void abandon(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no use any more.
        }
    }

    /**
     * The certificate that a host shows. Nothing secret is sent but, if there is one, the proxy's password to the proxy.
     *
     * @param inside the host as the pool tells its address
     */
    public PeerCertificate look(XapiAddress inside) throws DoppelException {
        XapiAddress target = map.outside(inside);
        Socket connected = new Socket();
        connect(connected, target);
        return PinnedTls.look(connected, target.toString());
    }

    private void connect(Socket socket, XapiAddress target) throws DoppelException {
        XapiAddress first = proxy.map(XapiProxy::address).orElse(target);
        try {
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            socket.setSoTimeout(Math.toIntExact(readTimeout.toMillis()));
            socket.connect(new InetSocketAddress(first.host(), first.port()), Math.toIntExact(CONNECT.toMillis()));
        } catch (IOException e) {
            throw closing(socket, io(first, e));
        }
        if (proxy.isPresent()) {
            tunnel(socket, target, proxy.get());
        }
    }

    /** Asks the proxy for a way; its answer is read byte by byte, because what follows belongs to the host. */
    private static void tunnel(Socket socket, XapiAddress target, XapiProxy proxy) throws DoppelException {
        int status;
        try {
            byte[] request = connectRequest(target, proxy);
            try {
                socket.getOutputStream().write(request);
                socket.getOutputStream().flush();
            } finally {
                Arrays.fill(request, (byte) 0);
            }
            status = HttpHead.read(socket.getInputStream(), MAX_HEAD).status();
        } catch (IOException e) {
            throw closing(
                    socket,
                    new DoppelException(
                            XapiError.PROXY, "The proxy " + proxy.address() + " failed: " + e.getMessage(), e));
        } catch (DoppelException e) {
            throw closing(socket, e);
        }
        if (status / 100 != 2) {
            throw closing(
                    socket,
                    new DoppelException(
                            XapiError.PROXY,
                            "The proxy " + proxy.address() + " answered the request for " + target + " with status "
                                    + status));
        }
    }

    private static byte[] connectRequest(XapiAddress target, XapiProxy proxy) throws DoppelException {
        byte[] head =
                ("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n").getBytes(StandardCharsets.US_ASCII);
        byte[] credentials = proxy.password().isPresent() ? credentials(proxy) : new byte[0];
        byte[] request = Arrays.copyOf(head, head.length + credentials.length + 2);
        System.arraycopy(credentials, 0, request, head.length, credentials.length);
        request[request.length - 2] = '\r';
        request[request.length - 1] = '\n';
        Arrays.fill(credentials, (byte) 0);
        return request;
    }

    private static byte[] credentials(XapiProxy proxy) throws DoppelException {
        char[] password = proxy.password().orElseThrow().value();
        try {
            byte[] plain = (proxy.user() + ":" + new String(password)).getBytes(StandardCharsets.UTF_8);
            String header = "Proxy-Authorization: Basic " + Base64.getEncoder().encodeToString(plain) + "\r\n";
            Arrays.fill(plain, (byte) 0);
            return header.getBytes(StandardCharsets.US_ASCII);
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    private static DoppelException io(XapiAddress peer, IOException e) {
        return new DoppelException(CommonError.IO, "The connection to " + peer + " failed: " + e.getMessage(), e);
    }

    private static DoppelException closing(Socket socket, DoppelException failure) {
        try {
            socket.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }
}
