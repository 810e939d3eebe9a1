package io.doppel.hypervisor.xen.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import io.doppel.xapi.AddressMap;
import io.doppel.xapi.XapiAddress;
import io.doppel.xapi.XapiRoute;
import io.doppel.xapi.XapiSession;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Records kept up to date by events that a test makes up. */
class PoolRecordsTest {
    private final Deque<JsonNode> answers = new ArrayDeque<>();
    private final Deque<String> tokens = new ArrayDeque<>();
    private HttpServer server;
    private XapiSession session;
    private PoolRecords records;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        server.createContext("/jsonrpc", exchange -> {
            JsonNode request = Texts.JSON.readTree(exchange.getRequestBody());
            ObjectNode reply = Texts.JSON.createObjectNode();
            if (request.path("method").asText().equals("event.from")) {
                tokens.add(request.path("params").path(2).asText());
                reply.set("result", answers.remove());
            } else {
                reply.put("result", "");
            }
            byte[] body = Texts.JSON.writeValueAsBytes(reply);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        XapiRoute route = new XapiRoute(false, 80, Set.of(), AddressMap.NONE, Optional.empty(), Duration.ofSeconds(10));
        XapiAddress address = new XapiAddress("127.0.0.1", server.getAddress().getPort());
        session = XapiSession.joined(route, address, "OpaqueRef:s");
        records = new PoolRecords(session);
    }

    @AfterEach
    void stop() {
        session.close();
        server.stop(0);
    }

    /** An answer with machines added or changed, machines gone, and how many there are by the pool's count. */
    private void answer(String token, List<String> there, List<String> gone, int count) {
        ObjectNode answer = Texts.JSON.createObjectNode();
        answer.put("token", token);
        answer.putObject("valid_ref_counts").put("vm", count);
        ArrayNode events = answer.putArray("events");
        there.forEach(ref -> event(events, ref, "add").putObject("snapshot").put("uuid", "uuid of " + ref));
        gone.forEach(ref -> event(events, ref, "del"));
        answers.add(answer);
    }

    private static ObjectNode event(ArrayNode events, String ref, String operation) {
        return events.addObject().put("class", "vm").put("ref", ref).put("operation", operation);
    }

    private List<String> machines() throws Exception {
        return records.sync().all("vm").stream().map(Rec::ref).toList();
    }

    @Test
    void changesAreAppliedToWhatIsKnown() throws Exception {
        answer("1", List.of("a", "b"), List.of(), 2);
        assertEquals(List.of("a", "b"), machines());
        answer("2", List.of("c"), List.of("a"), 2);
        assertEquals(List.of("b", "c"), machines());
        answer("3", List.of(), List.of(), 2);
        assertEquals(List.of("b", "c"), machines());
        assertEquals(List.of("", "1", "2"), List.copyOf(tokens));
    }

    /** The pool remembers a limited number of deletions. */
    @Test
    void aDeletionThatThePoolForgotIsNoticedByTheCount() throws Exception {
        answer("1", List.of("a", "b"), List.of(), 2);
        assertEquals(List.of("a", "b"), machines());
        answer("9", List.of(), List.of(), 1);
        answer("10", List.of("b"), List.of(), 1);
        assertEquals(List.of("b"), machines());
        assertEquals(List.of("", "1", ""), List.copyOf(tokens));
    }
}
