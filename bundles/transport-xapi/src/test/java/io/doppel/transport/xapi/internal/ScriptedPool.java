package io.doppel.transport.xapi.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doppel.api.error.DoppelException;
import io.doppel.tck.SelfSigned;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A host whose handlers do what a test says: for what well-behaved hosts do not do. Tasks work as on a pool. One thread for
 * each connection.
 */
final class ScriptedPool implements AutoCloseable {
    static final String SESSION = "OpaqueRef:secret-session";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ServerSocket listening;
    private final ScriptedTasks tasks;
    private final Map<String, Handler> handlers = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<Thread> threads = new ArrayList<>();

    /** A request for a stream. */
    record Request(
            String method, String path, Map<String, String> query, Map<String, String> fields, InputStream body) {
        String task() {
            return query.get("task_id");
        }
    }

    /** Answers a request; the connection ends behind it. */
    @FunctionalInterface
    interface Handler {
        /** May also close the socket. */
        void answer(Request request, OutputStream out, Socket socket)
                throws IOException, InterruptedException, DoppelException;
    }

    /** A host of a pool of its own. */
    ScriptedPool(SelfSigned tls) throws IOException {
        this(tls, new ScriptedTasks());
    }

    /** A host that shares the tasks of its pool. */
    ScriptedPool(SelfSigned tls, ScriptedTasks tasks) throws IOException {
        this.tasks = tasks;
        InetAddress loopback = InetAddress.getLoopbackAddress();
        this.listening = tls == null
                ? new ServerSocket(0, 20, loopback)
                : tls.context().getServerSocketFactory().createServerSocket(0, 20, loopback);
        start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    ScriptedTasks tasks() {
        return tasks;
    }

    /** Requests for streams that came. */
    List<Request> requests() {
        return requests;
    }

    void on(String path, Handler handler) {
        handlers.put(path, handler);
    }

    private synchronized void start(Runnable work) {
        Thread thread = new Thread(work, "scripted-pool");
        threads.add(thread);
        thread.start();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket socket = listening.accept();
                open.add(socket);
                start(() -> serve(socket));
            } catch (SocketTimeoutException e) {
                throw new IllegalStateException(e);
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (one(in, socket)) {
                // the next call on the same connection
            }
        } catch (IOException e) {
            // a client that does not trust us or went away
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (DoppelException e) {
            throw new IllegalStateException(e);
        } finally {
            open.remove(socket);
        }
    }

    private boolean one(InputStream in, Socket socket) throws IOException, InterruptedException, DoppelException {
        String first = line(in);
        if (first.isEmpty()) {
            return false;
        }
        Map<String, String> fields = new HashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            fields.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        String[] parts = first.split(" ");
        if (parts[1].equals("/jsonrpc")) {
            byte[] body = in.readNBytes(Integer.parseInt(fields.get("content-length")));
            byte[] answer = JSON.writeValueAsBytes(call(JSON.readTree(body)));
            OutputStream out = socket.getOutputStream();
            out.write(("HTTP/1.1 200 OK\r\nContent-Length: " + answer.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(answer);
            out.flush();
            return true;
        }
        String[] target = parts[1].split("\\?", 2);
        Request request = new Request(parts[0], target[0], query(target.length > 1 ? target[1] : ""), fields, in);
        requests.add(request);
        handlers.get(target[0]).answer(request, socket.getOutputStream(), socket);
        return false;
    }

    private static Map<String, String> query(String text) {
        Map<String, String> query = new HashMap<>();
        for (String pair : text.split("&")) {
            String[] sides = pair.split("=", 2);
            query.put(sides[0], sides.length > 1 ? URLDecoder.decode(sides[1], StandardCharsets.UTF_8) : "");
        }
        return query;
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    private ObjectNode call(JsonNode request) throws InterruptedException {
        ObjectNode answer = JSON.createObjectNode();
        JsonNode params = request.path("params");
        String ref = params.path(1).asText();
        if (!params.path(0).asText().equals(SESSION)) {
            return answer.set("error", JSON.createObjectNode().put("message", "SESSION_INVALID"));
        }
        switch (request.path("method").asText()) {
            case "task.create" -> answer.put("result", tasks.create());
            case "task.add_to_other_config" -> {
                tasks.mark(ref, params.path(2).asText(), params.path(3).asText());
                answer.put("result", "");
            }
            case "task.get_status" -> answer.put("result", tasks.get(ref).status);
            case "task.get_record" -> {
                ObjectNode record = answer.putObject("result");
                record.put("status", tasks.get(ref).status);
                record.put("result", tasks.get(ref).result);
                tasks.get(ref).errorInfo.forEach(record.withArray("error_info")::add);
            }
            case "task.cancel" -> {
                tasks.cancel(ref);
                answer.put("result", "");
            }
            case "task.destroy" -> {
                tasks.destroy(ref);
                answer.put("result", "");
            }
            case "event.from" -> {
                tasks.await(params.path(1).path(0).asText().substring("task/".length()), 200);
                answer.putObject("result").put("token", "t");
            }
            default -> answer.set("error", JSON.createObjectNode().put("message", "MESSAGE_METHOD_UNKNOWN"));
        }
        return answer;
    }

    @Override
    public void close() throws Exception {
        listening.close();
        for (Socket socket : open) {
            socket.close();
        }
        List<Thread> all;
        synchronized (this) {
            all = List.copyOf(threads);
        }
        for (Thread thread : all) {
            thread.interrupt();
            thread.join();
        }
    }
}
