package io.doppel.xapi.stream;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobService.Subscription;
import io.doppel.xapi.HttpHead;
import io.doppel.xapi.XapiAddress;
import io.doppel.xapi.XapiRoute;
import io.doppel.xapi.XapiSession;
import io.doppel.xapi.XapiWire;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Asks for a stream and follows redirects until a host says 200. Hosts say so before they read or make a body, so that a
 * body is never sent to a host that redirects. The session goes in a cookie and thus stands in no redirect.
 */
final class StreamRequest {
    private static final int HOPS = 5;
    private static final int HTTPS = 443;

    private final XapiSession session;
    private final StreamSettings settings;
    private final String task;
    private final CancelToken cancel;

    /** @param cancel ends the wait for a host */
    StreamRequest(XapiSession session, StreamSettings settings, String task, CancelToken cancel) {
        this.session = session;
        this.settings = settings;
        this.task = task;
        this.cancel = cancel;
    }

    /** A connection on which a host said 200. */
    record Opened(XapiWire wire, HttpHead head) {}

    Opened open(String method, String path, Map<String, String> query, OptionalLong length) throws DoppelException {
        XapiRoute route = session.route().withReadTimeout(settings.silence());
        XapiAddress address = session.master();
        Set<XapiAddress> asked = new HashSet<>();
        while (asked.add(address) && asked.size() <= HOPS) {
            XapiWire wire = route.open(address, cancel);
            boolean kept = false;
            try (Subscription onCancel = cancel.onCancel(wire::abandon)) {
                wire.send(method, target(path, query), fields(length));
                HttpHead head = wire.head();
                if (head.status() == 200) {
                    kept = true;
                    return new Opened(wire, head);
                }
                if (head.status() != 302) {
                    throw new DoppelException(
                            StreamError.REFUSED,
                            wire.peer() + " answered " + method + " " + path + " with " + head.status() + " "
                                    + head.reason());
                }
                URI location = location(wire.peer(), head);
                address = elsewhere(wire.peer(), location, route.tls() ? route.port() : HTTPS);
                route = trusted(route, wire.peer());
            } catch (SocketTimeoutException e) {
                throw new DoppelException(
                        StreamError.STALLED,
                        wire.peer() + " did not answer " + method + " " + path + " within "
                                + settings.silence().toSeconds() + " s",
                        e);
            } catch (IOException e) {
                throw new DoppelException(
                        StreamError.BROKEN,
                        wire.peer() + " ended the connection before it answered " + method + " " + path + ": "
                                + e.getMessage(),
                        e);
            } finally {
                if (!kept) {
                    wire.abandon();
                }
            }
        }
        throw new DoppelException(StreamError.REDIRECT, "The hosts redirect " + method + " " + path + " in a circle");
    }

    private String target(String path, Map<String, String> query) {
        Map<String, String> all = new LinkedHashMap<>(query);
        all.put("task_id", task);
        return path
                + all.entrySet().stream()
                        .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&", "?", ""));
    }

    private Map<String, String> fields(OptionalLong length) throws DoppelException {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("Cookie", "session_id=" + session.ref());
        fields.put("Connection", "close");
        length.ifPresent(n -> fields.put("Content-Length", Long.toString(n)));
        return fields;
    }

    private static URI location(XapiAddress from, HttpHead head) throws DoppelException {
        String text = head.field("location").orElse("");
        try {
            // What stands behind the host is of no interest, and hosts write into it what is no valid address.
            URI uri = URI.create(text.replaceFirst("^([a-z]+://[^/?#]*).*$", "$1"));
            if (uri.getHost() != null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw new DoppelException(StreamError.REDIRECT, from + " redirects to something that is no address", e);
        }
        throw new DoppelException(StreamError.REDIRECT, from + " redirects to something that is no address");
    }

    private static XapiAddress elsewhere(XapiAddress from, URI location, int port) throws DoppelException {
        if (!"https".equals(location.getScheme())) {
            throw new DoppelException(
                    StreamError.REDIRECT, from + " redirects to " + location + ", which does not use TLS");
        }
        String host = location.getHost();
        boolean v6 = host.startsWith("[");
        return new XapiAddress(
                v6 ? host.substring(1, host.length() - 1) : host, location.getPort() < 0 ? port : location.getPort());
    }

    /** A pool that is used without TLS still redirects to TLS, where a certificate must have been confirmed. */
    private static XapiRoute trusted(XapiRoute route, XapiAddress from) throws DoppelException {
        if (route.pins().isEmpty()) {
            throw new DoppelException(
                    StreamError.REDIRECT, from + " redirects to a host of which no certificate was confirmed");
        }
        return route.secured();
    }
}
