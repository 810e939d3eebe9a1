package io.doppel.sim.xapi.http;

import io.doppel.sim.xapi.Faults;
import io.doppel.sim.xapi.PoolAccess;
import io.doppel.sim.xapi.PoolAccess.TaskHandle;
import io.doppel.sim.xapi.Records;
import io.doppel.sim.xapi.XapiFault;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpCookie;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;

/**
 * One request of a stream. The real server says 200 before it begins to copy; how it went is told by the task, and a failure also
 * by the text of a second answer at the end of the body.
 */
final class Exchange {
    private static final String SECOND_ANSWER = "HTTP/1.1 500 Internal Error\r\nconnection: close\r\n"
            + "cache-control: no-cache, no-store\r\ncontent-type: text/html\r\n\r\n"
            + "<html><body><h1>HTTP 500 internal server error</h1>An unexpected error occurred; please wait a while and try"
            + " again. If the problem persists, please contact your support representative.</body></html>";

    private final PoolAccess pool;
    private final String host;
    private final Request request;
    private final Response response;
    private final Callback callback;
    private final StreamScript script;
    private final Fields query;
    private final String session;
    private final Line line;

    /** What fills the answer's body. Its result becomes the task's. */
    interface Work {
        Object run(OutputStream body) throws IOException;
    }

    Exchange(PoolAccess pool, String host, Request request, Response response, Callback callback, StreamScript script) {
        this.pool = pool;
        this.host = host;
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.script = script;
        query = Request.extractQueryParameters(request);
        session = pool.session(request);
        line = script.line();
    }

    Records records() {
        return pool.records();
    }

    String host() {
        return host;
    }

    Object call(String method, Object... parameters) {
        return pool.call(session, method, parameters);
    }

    /** A parameter of the query, else of the cookies. */
    Optional<String> parameter(String name) {
        String value = query.getValue(name);
        for (HttpCookie cookie : value == null ? Request.getCookies(request) : List.<HttpCookie>of()) {
            value = cookie.getName().equals(name) ? cookie.getValue() : value;
        }
        return Optional.ofNullable(value);
    }

    boolean flag(String name) {
        return parameter(name).filter("true"::equals).isPresent();
    }

    /** The record that a parameter names by its reference or uuid. */
    Optional<String> record(String parameter, String type) {
        return parameter(parameter).map(name -> records().find(type, name));
    }

    /** The storage repository of {@code sr_id} or {@code sr_uuid}. */
    Optional<String> repository() {
        return record("sr_id", "SR").or(() -> record("sr_uuid", "SR"));
    }

    /** Bytes of the request's body; -1 when the client has not said. */
    long length() {
        return request.getLength();
    }

    boolean hasTransferEncoding() {
        return request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
    }

    InputStream body() {
        return line.in(new ConnectionEnd(Content.Source.asInputStream(request)));
    }

    TaskHandle task(String label) {
        return pool.task(session, parameter("task_id"), label);
    }

    /** Sends the client to a host that sees the repositories, when this one does not see all of them. */
    boolean redirected(List<String> repositories) {
        if (repositories.stream().allMatch(sr -> pool.sees(host, sr))) {
            return false;
        }
        String other = records().all("host").stream()
                .filter(candidate -> repositories.stream().allMatch(sr -> pool.sees(candidate, sr)))
                .findFirst()
                .orElseThrow(() -> fail(new XapiFault("NO_HOSTS_AVAILABLE")));
        response.setStatus(302);
        response.getHeaders().put(HttpHeader.CONNECTION, "close");
        response.getHeaders()
                .put(
                        HttpHeader.LOCATION,
                        pool.urlOf(other) + request.getHttpURI().getPathQuery());
        callback.succeeded();
        return true;
    }

    /** Ends the task that the client named, and gives the fault back to be thrown. */
    private XapiFault fail(XapiFault fault) {
        task("").failure(fault);
        return fault;
    }

    /** Refuses before anything is copied. */
    void refuse(TaskHandle task, int status, XapiFault fault) {
        task.failure(fault);
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONNECTION, "close");
        callback.succeeded();
    }

    /** Says 200, and then does the work. */
    void stream(TaskHandle task, String contentType, Optional<String> file, Work work) throws IOException {
        response.setStatus(200);
        response.getHeaders().put(HttpHeader.CONNECTION, "close");
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-cache, no-store");
        response.getHeaders().put("task-id", task.ref());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
        file.ifPresent(
                name -> response.getHeaders().put("Content-Disposition", "attachment; filename=\"" + name + "\""));
        OutputStream body = Content.Sink.asOutputStream(response);
        try {
            body.flush();
            OutputStream content = line.out(body);
            Object result = work.run(content);
            content.flush();
            task.success(result);
        } catch (XapiFault e) {
            failed(task, e, body);
        } catch (Line.Cut | Faults.Dropped e) {
            task.failure(new XapiFault("CLIENT_ERROR", "the connection broke"));
            throw e;
        } catch (IOException e) {
            failed(task, new XapiFault("VDI_IO_ERROR", "Device I/O errors"), body);
        } catch (RuntimeException e) {
            failed(task, new XapiFault("INTERNAL_ERROR", e.toString()), body);
        }
        callback.succeeded();
    }

    private void failed(TaskHandle task, XapiFault fault, OutputStream body) throws IOException {
        task.failure(fault);
        if (script.tellsInBody()) {
            body.write(SECOND_ANSWER.getBytes(StandardCharsets.US_ASCII));
            body.flush();
        }
    }

    /** Lets the script act when the task has been taken over and nothing was said yet. */
    void begin(TaskHandle task, String point) {
        try {
            pool.mayFail(point + "#begin");
        } catch (XapiFault e) {
            task.failure(e);
            throw e;
        }
    }

    /** Tells the task how far a stream is, stops it when the task is cancelled, and lets the script act at the half. */
    Progress progress(TaskHandle task, String point) {
        boolean[] half = new boolean[1];
        return done -> {
            task.progress(done);
            if (task.cancelled()) {
                throw new XapiFault("TASK_CANCELLED", task.ref());
            }
            if (done >= 0.5 && !half[0]) {
                half[0] = true;
                pool.mayFail(point + "#half");
            }
        };
    }

    /** Refuses when somebody uses the VDI in a way that keeps this host from it. */
    void requireFree(String vdi, boolean toWrite) {
        for (String vbd : records().refs("VDI", vdi, "VBDs")) {
            boolean attached = (Boolean) records().get("VBD", vbd, "currently_attached");
            boolean writes = records().text("VBD", vbd, "mode").equals("RW");
            boolean ofSnapshot = (Boolean) records().get("VM", records().text("VBD", vbd, "VM"), "is_a_snapshot");
            if (attached && !ofSnapshot && (toWrite || writes)) {
                throw new XapiFault("VDI_IN_USE", vdi, "attach");
            }
        }
        String type = records().text("VDI", vdi, "type");
        if (type.equals("cbt_metadata")) {
            throw new XapiFault("VDI_INCOMPATIBLE_TYPE", vdi, type);
        }
    }
}
