package io.doppel.xapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A host that answers calls as a test says, in plain HTTP. */
final class FakeHost implements AutoCloseable {
    /** Name of a failure that cuts the connection instead. */
    static final String DROP = "drop";

    private static final ObjectMapper JSON = new ObjectMapper();

    final List<String> calls = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** Answers a call: gives a result, or throws. */
    @FunctionalInterface
    interface Answers {
        Object answer(String method, JsonNode params) throws Failure;
    }

    /** A failure that the host names. */
    static final class Failure extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient List<String> words;

        Failure(String... words) {
            super(words[0]);
            this.words = List.of(words);
        }
    }

    FakeHost(Answers answers) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.createContext("/jsonrpc", exchange -> {
            JsonNode request = JSON.readTree(exchange.getRequestBody());
            String method = request.path("method").asText();
            calls.add(method);
            ObjectNode reply = JSON.createObjectNode();
            reply.put("jsonrpc", "2.0");
            reply.set("id", request.path("id"));
            try {
                reply.putPOJO("result", answers.answer(method, request.path("params")));
            } catch (Failure e) {
                if (e.words.get(0).equals(DROP)) {
                    exchange.close();
                    return;
                }
                ObjectNode error = reply.putObject("error");
                error.put("code", 1);
                error.put("message", e.words.get(0));
                error.putPOJO("data", e.words.subList(1, e.words.size()));
            }
            byte[] body = JSON.writeValueAsBytes(reply);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.setExecutor(threads);
        server.start();
    }

    XapiAddress address() {
        return new XapiAddress("127.0.0.1", server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
