package io.doppel.sim.xapi.server;

import io.doppel.sim.xapi.Faults;
import io.doppel.sim.xapi.HttpService;
import io.doppel.sim.xapi.PoolAccess;
import io.doppel.sim.xapi.XapiFault;
import io.doppel.sim.xapi.wire.Connections;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Hands requests of one host to the services that are mounted by method and path. */
final class MountHandler extends Handler.Abstract {
    private static final Set<String> WHO = Set.of("SESSION_INVALID", "SESSION_AUTHENTICATION_FAILED");

    private final PoolAccess pool;
    private final String host;
    private final Map<String, HttpService> services;

    /** @param services by method and path: {@code GET /export} */
    MountHandler(PoolAccess pool, String host, Map<String, HttpService> services) {
        this.pool = pool;
        this.host = host;
        this.services = services;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String path = Request.getPathInContext(request);
        HttpService service = services.get(request.getMethod() + " " + path);
        if (service == null) {
            return false;
        }
        try {
            pool.mayFail("http:" + path);
            service.handle(pool, host, request, response, callback);
        } catch (XapiFault e) {
            refuse(request, response, callback, e);
        } catch (Faults.Dropped | IOException e) {
            Connections.cut(request, callback);
        }
        return true;
    }

    private static void refuse(Request request, Response response, Callback callback, XapiFault fault) {
        if (response.isCommitted()) {
            Connections.cut(request, callback);
            return;
        }
        boolean who = WHO.contains(fault.code());
        response.setStatus(who ? 401 : 500);
        response.getHeaders().put("Content-Type", "text/html");
        // The real server closes after an error too: the rest of a body is not read.
        response.getHeaders().put("Connection", "close");
        if (who) {
            response.getHeaders().put("WWW-Authenticate", "Basic realm=\"xapi\"");
        }
        Content.Sink.write(response, true, String.join(": ", fault.description()), callback);
    }
}
