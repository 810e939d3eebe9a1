package io.doppel.sim.xapi.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.doppel.sim.xapi.XapiFault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.UUID;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * A private way for tests in other languages to steer the simulator: JSON over plain HTTP at an address that nobody can guess. An
 * action is POSTed to its name; the answer is JSON, with status 400 and {@code {"error": …}} when the action cannot be done.
 */
public final class ControlServer implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Server server;
    private final String url;

    /** What an action does with its JSON parameters; what it returns is written as JSON. */
    public interface Action {
        /** @throws IOException when it fails, which is answered with status 400 */
        Object run(JsonNode parameters) throws IOException;
    }

    /** @param actions by name */
    public ControlServer(Map<String, Action> actions) throws IOException {
        QueuedThreadPool threads = new QueuedThreadPool(10, 1);
        threads.setDaemon(true);
        server = new Server(threads);
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        String secret = "/" + UUID.randomUUID() + "/";
        server.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws Exception {
                String path = Request.getPathInContext(request);
                Action action = path.startsWith(secret) ? actions.get(path.substring(secret.length())) : null;
                if (action == null || !request.getMethod().equals("POST")) {
                    return false;
                }
                answer(action, request, response, callback);
                return true;
            }
        });
        try {
            server.start();
        } catch (Exception e) {
            throw new IOException("the control endpoint did not start", e);
        }
        url = "http://127.0.0.1:" + connector.getLocalPort() + secret;
    }

    private static void answer(Action action, Request request, Response response, Callback callback)
            throws IOException {
        Object result;
        try (InputStream body = Content.Source.asInputStream(request)) {
            result = action.run(MAPPER.readTree(body));
        } catch (XapiFault | IOException | IllegalArgumentException e) {
            response.setStatus(400);
            result = Map.of("error", String.valueOf(e.getMessage()));
        }
        response.getHeaders().put("Content-Type", "application/json");
        response.write(true, ByteBuffer.wrap(MAPPER.writeValueAsBytes(result == null ? Map.of() : result)), callback);
    }

    /** Where actions are POSTed: this and their name. */
    public String url() {
        return url;
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the control endpoint did not stop", e);
        }
    }
}
