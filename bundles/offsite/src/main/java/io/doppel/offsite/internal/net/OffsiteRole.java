package io.doppel.offsite.internal.net;

import io.doppel.api.error.DoppelException;
import io.doppel.api.tls.Fingerprint;
import io.doppel.offsite.internal.alert.AlertKind;
import io.doppel.offsite.internal.alert.Alerts;
import io.doppel.offsite.internal.client.Client;
import io.doppel.offsite.internal.client.Clients;
import io.doppel.offsite.internal.store.ClientStore;
import io.doppel.spi.listener.ListenerConnection;
import io.doppel.spi.listener.ListenerRole;
import io.doppel.storage.offsite.wire.Frame;
import io.doppel.storage.offsite.wire.FrameInput;
import io.doppel.storage.offsite.wire.FrameOutput;
import io.doppel.storage.offsite.wire.ProtocolException;
import io.doppel.storage.offsite.wire.Refusal;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Offsite clients on the TLS port: who they are, and how many connections they have. */
public final class OffsiteRole implements ListenerRole, AutoCloseable {
    /** Connections of one client. */
    static final int CONNECTIONS = 64;

    private static final Logger LOG = LoggerFactory.getLogger(OffsiteRole.class);
    private static final Duration IDLE = Duration.ofMinutes(10);

    /** Finds the store of a client. */
    public interface Stores {
        /** The store of the client of that name. */
        ClientStore of(String client) throws DoppelException;
    }

    private final Clients clients;
    private final Alerts alerts;
    private final Stores stores;
    private final LongSupplier nanos;
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * Serves these clients.
     *
     * @param nanos a clock that never goes back, in nanoseconds
     */
    public OffsiteRole(Clients clients, Alerts alerts, Stores stores, LongSupplier nanos) {
        this.clients = clients;
        this.alerts = alerts;
        this.stores = stores;
        this.nanos = nanos;
    }

    @Override
    public String protocol() {
        return Frame.PROTOCOL;
    }

    @Override
    public boolean trusts(Fingerprint peer) {
        return !closed && clients.trusts(peer);
    }

    @Override
    public void serve(ListenerConnection connection) {
        try {
            FrameInput in = new FrameInput(connection.in(), Frame.MAX_HELLO);
            FrameOutput out = new FrameOutput(connection.out());
            try {
                serve(connection, in, out);
            } catch (ProtocolException e) {
                LOG.warn("A peer at {} does not keep to the protocol: {}", connection.address(), e.getMessage());
                out.error(Refusal.PROTOCOL.code(), e.getMessage());
            } catch (DoppelException e) {
                LOG.error("A client at {} cannot be served: {}", connection.address(), e.getMessage());
                out.error(Refusal.IO.code(), "the module cannot serve this client now");
            }
            out.flush();
        } catch (IOException e) {
            LOG.debug("The connection of {} ended: {}", connection.address(), e.toString());
        }
    }

    private void serve(ListenerConnection connection, FrameInput in, FrameOutput out)
            throws IOException, DoppelException {
        Client client = greet(connection, in, out);
        if (client == null) {
            return;
        }
        Session session = new Session(client, stores.of(client.name()), connection, in, out, nanos);
        sessions.add(session);
        try {
            if (of(client.name()).size() > CONNECTIONS) {
                out.error(Refusal.BUSY.code(), "this client has " + CONNECTIONS + " connections already");
                return;
            }
            // Behind the line that lets a disconnect find it: whatever was changed before would be missed otherwise.
            if (closed || !clients.isCurrent(client)) {
                return;
            }
            in.limit(Frame.MAX_FRAME);
            connection.accepted();
            connection.readTimeout(IDLE);
            out.begin(Frame.WELCOME, 3)
                    .u16(Frame.VERSION)
                    .u8(client.readOnly() ? Frame.READ_ONLY : 0)
                    .end();
            out.flush();
            session.run();
        } finally {
            sessions.remove(session);
        }
    }

    private Client greet(ListenerConnection connection, FrameInput in, FrameOutput out)
            throws IOException, DoppelException {
        if (in.next() != Frame.HELLO) {
            throw new ProtocolException("the first frame is not HELLO");
        }
        int version = in.u16();
        byte[] token = in.bytes(Frame.TOKEN);
        in.end();
        if (version != Frame.VERSION) {
            throw new ProtocolException("version " + version + " is not known here");
        }
        Clients.Guest guest = clients.admit(token, connection.peer());
        if (guest.verdict() == Clients.Verdict.KNOWN) {
            return guest.client();
        }
        boolean misused = guest.verdict() == Clients.Verdict.MISUSED;
        alerts.raise(
                AlertKind.TOKEN,
                misused ? guest.client().name() : "",
                connection.address()
                        + (misused
                                ? " came with this client's token and another certificate, or too late: "
                                        + connection.peer()
                                : " came with a token that nobody has"));
        out.error(Refusal.DENIED.code(), "the token is not known, or belongs to another certificate");
        return null;
    }

    private List<Session> of(String client) {
        return sessions.stream().filter(s -> s.client().equals(client)).toList();
    }

    /** Ends the connections of a client. */
    public void disconnect(String client) {
        of(client).forEach(Session::close);
    }

    /** Connections of a client at this moment. */
    public int connections(String client) {
        return of(client).size();
    }

    /** Ends the connections whose answers nobody takes. */
    public void endStuck() {
        sessions.stream().filter(Session::isStuck).forEach(Session::close);
    }

    /** Ends all connections. */
    @Override
    public void close() {
        closed = true;
        sessions.forEach(Session::close);
    }
}
