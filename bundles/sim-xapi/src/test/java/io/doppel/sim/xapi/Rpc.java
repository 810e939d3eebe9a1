package io.doppel.sim.xapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A small client for tests: JSON-RPC 2.0 over TLS that trusts one host's certificate and nothing else. */
final class Rpc {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpClient http;
    private final String url;
    private String session = "";

    Rpc(SimPool.Host host) {
        url = host.url();
        http = HttpClient.newBuilder()
                .sslContext(trusting(List.of(host)))
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    static SSLContext trusting(List<SimPool.Host> hosts) {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            for (SimPool.Host host : hosts) {
                trusted.setCertificateEntry(host.ref(), host.identity().certificate());
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
            managers.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    Rpc login() throws IOException, InterruptedException {
        session = raw("session.login_with_password", List.of("root", "password", "1.0", "test"))
                .asText();
        return this;
    }

    String session() {
        return session;
    }

    /** A call in the session. @throws XapiFault that was answered */
    JsonNode call(String method, Object... parameters) throws IOException, InterruptedException {
        return raw(
                method,
                Stream.concat(Stream.of(session), Arrays.stream(parameters)).toList());
    }

    String text(String method, Object... parameters) throws IOException, InterruptedException {
        return call(method, parameters).asText();
    }

    JsonNode raw(String method, List<?> parameters) throws IOException, InterruptedException {
        ObjectNode call = MAPPER.createObjectNode();
        call.put("jsonrpc", "2.0").put("method", method).put("id", 7).set("params", MAPPER.valueToTree(parameters));
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/jsonrpc"))
                .POST(HttpRequest.BodyPublishers.ofString(call.toString()))
                .build();
        JsonNode answer =
                MAPPER.readTree(http.send(request, BodyHandlers.ofString()).body());
        JsonNode error = answer.get("error");
        if (error != null) {
            throw new XapiFault(
                    error.get("message").asText(),
                    Arrays.asList(MAPPER.convertValue(error.get("data"), String[].class)));
        }
        return answer.get("result");
    }

    /** Makes an Async call and waits for its task. @return the result inside the XML fragment */
    String async(String method, Object... parameters) throws IOException, InterruptedException {
        String task = text("Async." + method, parameters);
        JsonNode record = ended(task);
        if (!record.get("status").asText().equals("success")) {
            List<String> info = Arrays.asList(MAPPER.convertValue(record.get("error_info"), String[].class));
            throw new XapiFault(info.get(0), info.subList(1, info.size()));
        }
        return record.get("result").asText().replaceAll("</?value>", "");
    }

    /** The record of a task once it has ended; followed by events, as clients do. */
    JsonNode ended(String task) throws IOException, InterruptedException {
        String token = "";
        while (true) {
            JsonNode batch = call("event.from", List.of("task/" + task), token, 20.0);
            token = batch.get("token").asText();
            for (JsonNode event : batch.get("events")) {
                JsonNode snapshot = event.path("snapshot");
                if (!snapshot.path("status").asText("pending").equals("pending")) {
                    return snapshot;
                }
            }
        }
    }
}
