package io.doppel.xapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doppel.api.error.DoppelException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * JSON-RPC 2.0 with one host, over as many connections as threads call at once. Connections are kept for a few seconds and
 * used again; calls that must not be carried out twice go only over a new one or one that was in use a moment ago. Each call is
 * sent once. Safe for several threads.
 */
final class XapiConnection implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long KEEP = TimeUnit.SECONDS.toNanos(10);
    private static final long MOMENT = TimeUnit.SECONDS.toNanos(1);
    private static final int MOST_IDLE = 4;
    private static final AtomicLong IDS = new AtomicLong();

    private final XapiRoute route;
    private final XapiAddress address;
    private final Deque<Idle> idle = new ArrayDeque<>();
    private final Set<XapiWire> busy = ConcurrentHashMap.newKeySet();
    private boolean closed;

    private record Idle(XapiWire wire, long since) {}

    XapiConnection(XapiRoute route, XapiAddress address) {
        this.route = route;
        this.address = address;
    }

    XapiAddress address() {
        return address;
    }

    /**
     * Calls a method.
     *
     * @throws NotSent if the call surely never reached the host
     * @throws DoppelException {@link io.doppel.api.error.CommonError#IO} if the connection broke or the host was silent for too
     *     long: nobody knows whether the call was carried out
     * @throws XapiFailure if the host names a failure
     */
    JsonNode call(String method, List<?> arguments) throws DoppelException {
        XapiWire kept = takeIdle(Repeats.allowed(method) ? KEEP : MOMENT);
        if (kept != null) {
            try {
                return exchange(kept, method, arguments);
            } catch (IOException e) {
                // The others that nobody uses have most likely ended, too.
                discardIdle();
                throw lost(kept, e);
            }
        }
        XapiWire fresh;
        try {
            fresh = route.open(address);
        } catch (DoppelException e) {
            throw new NotSent(e);
        }
        try {
            return exchange(fresh, method, arguments);
        } catch (IOException e) {
            throw lost(fresh, e);
        }
    }

    private JsonNode exchange(XapiWire wire, String method, List<?> arguments) throws IOException, DoppelException {
        busy.add(wire);
        try {
            byte[] body = request(method, arguments);
            wire.silence(Repeats.silence(method, arguments, route.readTimeout()));
            wire.send(
                    "POST",
                    "/jsonrpc",
                    Map.of("Content-Type", "application/json", "Content-Length", Integer.toString(body.length)));
            wire.out().write(body);
            wire.out().flush();
            HttpHead head = wire.head();
            byte[] answer = wire.body(head).readAllBytes();
            if (head.status() != 200) {
                wire.abandon();
                throw new DoppelException(
                        XapiError.PROTOCOL, wire.peer() + " answered " + method + " with status " + head.status());
            }
            boolean reusable = HttpBody.delimited(head)
                    && head.field("connection")
                            .filter("close"::equalsIgnoreCase)
                            .isEmpty();
            giveBack(wire, reusable);
            return result(wire.peer(), method, answer);
        } finally {
            busy.remove(wire);
        }
    }

    private static DoppelException lost(XapiWire wire, IOException failure) {
        DoppelException coded = wire.explain(failure);
        wire.abandon();
        return coded;
    }

    private static byte[] request(String method, List<?> arguments) throws IOException {
        ObjectNode request = JSON.createObjectNode();
        request.put("jsonrpc", "2.0");
        request.put("method", method);
        ArrayNode params = request.putArray("params");
        arguments.forEach(params::addPOJO);
        request.put("id", IDS.incrementAndGet());
        return JSON.writeValueAsBytes(request);
    }

    private static JsonNode result(XapiAddress peer, String method, byte[] answer) throws DoppelException {
        JsonNode parsed;
        try {
            parsed = JSON.readTree(answer);
        } catch (IOException e) {
            throw new DoppelException(
                    XapiError.PROTOCOL, peer + " answered " + method + " with something that is no JSON");
        }
        JsonNode error = parsed.path("error");
        if (error.isObject()) {
            List<String> parameters = new ArrayList<>();
            error.path("data").forEach(p -> parameters.add(p.asText()));
            throw new XapiFailure(method, error.path("message").asText(), parameters);
        }
        if (!parsed.has("result")) {
            throw new DoppelException(XapiError.PROTOCOL, peer + " answered " + method + " without a result");
        }
        return parsed.get("result");
    }

    /** The connection used last, if that was no longer ago; those that nobody has used for long are ended. */
    private synchronized XapiWire takeIdle(long longest) {
        long now = System.nanoTime();
        while (!idle.isEmpty() && now - idle.peekFirst().since > KEEP) {
            idle.removeFirst().wire.abandon();
        }
        return idle.isEmpty() || now - idle.peekLast().since > longest ? null : idle.removeLast().wire;
    }

    /** Keeps a connection for the next calls, but only a few of them. */
    private void giveBack(XapiWire wire, boolean reusable) {
        synchronized (this) {
            if (reusable && !closed && idle.size() < MOST_IDLE) {
                idle.addLast(new Idle(wire, System.nanoTime()));
                return;
            }
        }
        wire.abandon();
    }

    /** How many connections are kept for the next calls. */
    synchronized int kept() {
        return idle.size();
    }

    private void discardIdle() {
        List<XapiWire> unused = new ArrayList<>();
        synchronized (this) {
            idle.forEach(i -> unused.add(i.wire));
            idle.clear();
        }
        unused.forEach(XapiWire::abandon);
    }

    /** Lets the calls under way end and keeps no connection after them. */
    void retire() {
        synchronized (this) {
            closed = true;
        }
        discardIdle();
    }

    /** Ends all connections, also of calls under way; these fail. */
    @Override
    public void close() {
        retire();
        busy.forEach(XapiWire::abandon);
    }

    /** A call that never reached the host. */
    static final class NotSent extends DoppelException {
        private static final long serialVersionUID = 1L;

        NotSent(DoppelException why) {
            super(why.code(), why.what(), why);
        }
    }
}
