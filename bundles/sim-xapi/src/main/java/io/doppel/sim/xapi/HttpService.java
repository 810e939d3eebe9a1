package io.doppel.sim.xapi;

import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * A handler of requests that are no calls, such as {@code GET /export}. Mounted by method and path, for all hosts, with
 * {@link SimPool.Builder#mount}. Slow and dropped connections that a test scripts happen around it, without its doing.
 */
@FunctionalInterface
public interface HttpService {
    /**
     * Answers one request, on a thread of its own that may block. It completes {@code callback}, or throws: an
     * {@link XapiFault} thrown before anything was sent is answered as the real server does (401 for a session's fault, else 500
     * with the error's text), any other exception cuts the connection.
     *
     * @param host reference of the host that the request came to
     */
    void handle(PoolAccess pool, String host, Request request, Response response, Callback callback) throws Exception;
}
