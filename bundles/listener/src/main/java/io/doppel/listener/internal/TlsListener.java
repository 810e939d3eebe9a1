package io.doppel.listener.internal;

import io.doppel.api.tls.Fingerprint;
import io.doppel.api.tls.TlsIdentity;
import io.doppel.spi.listener.ListenerRole;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One TCP port that speaks TLS 1.3 with peers whose certificates a role trusts; ALPN chooses the role. A thread for each
 * connection, of which there are at most {@value #CONNECTIONS}, known or not.
 */
public final class TlsListener implements AutoCloseable {
    private static final int CONNECTIONS = 512;

    /** How long a peer may take to prove who it is. */
    static final long PROVE_SECONDS = 10;

    private static final Logger LOG = LoggerFactory.getLogger(TlsListener.class);
    private static final int BACKLOG = 64;
    private static final int CLOSE_SECONDS = 10;

    private final Map<String, ListenerRole> roles = new ConcurrentHashMap<>();
    private final Set<Accepted> connections = ConcurrentHashMap.newKeySet();
    private final Strangers strangers = new Strangers(System::nanoTime);
    private final TlsIdentity identity;
    private final SSLContext context;
    private final ServerSocket server;
    private final ExecutorService workers = Executors.newCachedThreadPool(named("tls-peer-"));
    private final ScheduledExecutorService deadlines =
            Executors.newSingleThreadScheduledExecutor(named("tls-deadline-"));
    private final int most;
    private volatile boolean closed;

    private TlsListener(TlsIdentity identity, ServerSocket server, int most) {
        this.identity = identity;
        this.server = server;
        this.most = most;
        this.context = identity.context(new RoleTrust(this::trusts));
    }

    /**
     * Starts to listen.
     *
     * @param address where; port 0 for any that is free
     * @param identity the certificate that is shown
     */
    public static TlsListener start(InetSocketAddress address, TlsIdentity identity) throws IOException {
        return start(address, identity, CONNECTIONS);
    }

    /** @param most connections at once */
    static TlsListener start(InetSocketAddress address, TlsIdentity identity, int most) throws IOException {
        ServerSocket server = new ServerSocket();
        try {
            server.setReuseAddress(true);
            server.bind(address, BACKLOG);
        } catch (IOException e) {
            server.close();
            throw new IOException("Cannot listen on " + address + ": " + e.getMessage(), e);
        }
        TlsListener listener = new TlsListener(identity, server, most);
        listener.workers.execute(listener::accept);
        return listener;
    }

    /** The port. */
    public int port() {
        return server.getLocalPort();
    }

    /** What peers pin. */
    public Fingerprint fingerprint() {
        return identity.fingerprint();
    }

    /** Serves a role from now on. */
    public void add(ListenerRole role) {
        if (roles.putIfAbsent(role.protocol(), role) != null) {
            LOG.warn("There are two roles '{}' for the TLS port; the first is served", role.protocol());
        }
    }

    /** Ends a role and its connections. */
    public void remove(ListenerRole role) {
        if (roles.remove(role.protocol(), role)) {
            connections.stream().filter(c -> c.isOf(role)).forEach(Accepted::close);
        }
    }

    private boolean trusts(String protocol, Fingerprint peer) {
        ListenerRole role = roles.get(protocol);
        return role != null && role.trusts(peer);
    }

    private void accept() {
        while (!closed) {
            try {
                begin(server.accept());
            } catch (IOException e) {
                if (!closed) {
                    LOG.warn("The TLS port {} did not take a connection: {}", port(), e.toString());
                    pause();
                }
            }
        }
    }

    /** After a failure to accept, as when there are no file handles left, the next would fail at once, too. */
    private void pause() {
        try {
            if (deadlines.awaitTermination(1, TimeUnit.SECONDS)) {
                LOG.debug("The TLS port was closed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void begin(Socket socket) throws IOException {
        if (connections.size() >= most || !strangers.enter(socket.getInetAddress())) {
            socket.close();
            return;
        }
        Accepted accepted = new Accepted(socket, strangers);
        connections.add(accepted);
        if (closed) {
            accepted.close();
        }
        workers.execute(() -> serve(accepted));
    }

    private void serve(Accepted accepted) {
        try (accepted) {
            var deadline = deadlines.schedule(accepted::endUnlessKnown, PROVE_SECONDS, TimeUnit.SECONDS);
            try {
                ListenerRole role = accepted.shakeHands(context, roles);
                // Behind the handshake again: a resumed session does not ask.
                if (role.trusts(accepted.peer())) {
                    role.serve(accepted);
                }
            } finally {
                accepted.farewell();
                deadline.cancel(false);
            }
        } catch (IOException e) {
            LOG.debug("A peer at {} was refused: {}", accepted.address(), e.toString());
        } finally {
            connections.remove(accepted);
        }
    }

    /** Ends all connections and threads. */
    @Override
    public void close() {
        closed = true;
        try {
            server.close();
        } catch (IOException e) {
            LOG.warn("Cannot close the TLS port: {}", e.toString());
        }
        List.copyOf(connections).forEach(Accepted::close);
        deadlines.shutdownNow();
        workers.shutdown();
        boolean interrupted = Thread.interrupted();
        try {
            if (!workers.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("Connections of the TLS port are still busy after {} s", CLOSE_SECONDS);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static ThreadFactory named(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
