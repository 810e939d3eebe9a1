package io.doppel.sim.xapi.wire;

import io.doppel.sim.xapi.Faults;
import io.doppel.sim.xapi.XapiFault;
import io.doppel.sim.xapi.calls.Pool;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import javax.xml.stream.XMLStreamException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Answers calls of both protocols that come to one host. */
public final class RpcHandler extends Handler.Abstract {
    /** The limit of the real server. */
    private static final int MOST = 314_572_800;

    private static final Set<String> XML = Set.of("/", "/RPC2", "/xmlrpc");

    private final Pool pool;
    private final String host;

    /** @param host reference */
    public RpcHandler(Pool pool, String host) {
        this.pool = pool;
        this.host = host;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String path = Request.getPathInContext(request);
        boolean json = path.equals("/jsonrpc");
        if (!request.getMethod().equals("POST") || !json && !XML.contains(path)) {
            return false;
        }
        try {
            String answer = json ? json(body(request)) : xml(body(request));
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, json ? "application/json" : "text/xml");
            response.getHeaders().put("Access-Control-Allow-Origin", "*");
            response.getHeaders().put("Access-Control-Allow-Headers", "X-Requested-With");
            response.write(true, ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)), callback);
        } catch (Faults.Dropped e) {
            Connections.cut(request, callback);
        } catch (XMLStreamException | IOException e) {
            response.setStatus(500);
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/html");
            Content.Sink.write(
                    response, true, "<html><body><h1>HTTP 500 internal server error</h1></body></html>", callback);
        }
        return true;
    }

    private static InputStream body(Request request) throws IOException {
        try (InputStream in = Content.Source.asInputStream(request)) {
            return new ByteArrayInputStream(in.readNBytes(MOST));
        }
    }

    private String json(InputStream body) throws IOException {
        WireCall call = JsonRpc.readCall(body);
        try {
            return JsonRpc.success(call, pool.dispatch(host, call.method(), call.parameters()));
        } catch (XapiFault e) {
            return JsonRpc.failure(call, e);
        }
    }

    private String xml(InputStream body) throws XMLStreamException {
        WireCall call = XmlRpc.readCall(body);
        try {
            Object result = pool.dispatch(host, call.method(), call.parameters());
            return call.method().equals("system.listMethods") ? XmlRpc.bare(result) : XmlRpc.success(result);
        } catch (XapiFault e) {
            return XmlRpc.failure(e);
        }
    }
}
