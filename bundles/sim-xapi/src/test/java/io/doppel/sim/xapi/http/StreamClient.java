package io.doppel.sim.xapi.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.doppel.sim.xapi.SimPool;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** A plain client of a simulated pool for tests: calls in JSON, streams as they come, no redirect followed. */
final class StreamClient {
    private static final ObjectMapper JSON = new ObjectMapper();

    final HttpClient http;
    final String session;
    private final String url;

    StreamClient(SimPool pool) throws Exception {
        url = pool.master().url();
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, new TrustManager[] {new TrustAll()}, new SecureRandom());
        http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(tls)
                .build();
        session = (String) rpc("session.login_with_password", List.of("root", "password", "1.0", "test"));
    }

    Object call(String method, Object... parameters) throws Exception {
        List<Object> all = new ArrayList<>(List.of(session));
        all.addAll(List.of(parameters));
        return rpc(method, all);
    }

    private Object rpc(String method, List<Object> parameters) throws Exception {
        Map<String, Object> call = Map.of("jsonrpc", "2.0", "id", 1, "method", method, "params", parameters);
        JsonNode answer = JSON.readTree(http.send(
                        HttpRequest.newBuilder(URI.create(url + "/jsonrpc"))
                                .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(call)))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray())
                .body());
        if (answer.has("error")) {
            throw new IllegalStateException(answer.get("error").toString());
        }
        return JSON.convertValue(answer.get("result"), Object.class);
    }

    String task() throws Exception {
        return (String) call("task.create", "test", "");
    }

    HttpResponse<byte[]> get(String pathAndQuery) throws Exception {
        return get(url, pathAndQuery);
    }

    HttpResponse<byte[]> get(String host, String pathAndQuery) throws Exception {
        return http.send(
                HttpRequest.newBuilder(uri(host, pathAndQuery)).build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    HttpResponse<byte[]> put(String pathAndQuery, HttpRequest.BodyPublisher body) throws Exception {
        return put(pathAndQuery, body, false);
    }

    /** For what is refused: a pool that refuses closes, and a body under way then may destroy the answer, so its go-ahead is awaited. */
    HttpResponse<byte[]> putOnGoAhead(String pathAndQuery, HttpRequest.BodyPublisher body) throws Exception {
        return put(pathAndQuery, body, true);
    }

    private HttpResponse<byte[]> put(String pathAndQuery, HttpRequest.BodyPublisher body, boolean onGoAhead)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri(url, pathAndQuery)).PUT(body).expectContinue(onGoAhead);
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    HttpResponse<byte[]> put(String pathAndQuery, byte[] body) throws Exception {
        return put(pathAndQuery, HttpRequest.BodyPublishers.ofByteArray(body));
    }

    private URI uri(String host, String pathAndQuery) {
        return URI.create(host + pathAndQuery + "&session_id=" + session);
    }

    private static final class TrustAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
