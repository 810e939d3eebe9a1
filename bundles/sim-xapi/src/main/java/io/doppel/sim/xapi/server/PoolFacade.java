package io.doppel.sim.xapi.server;

import io.doppel.sim.xapi.Disks;
import io.doppel.sim.xapi.PoolAccess;
import io.doppel.sim.xapi.Records;
import io.doppel.sim.xapi.XapiFault;
import io.doppel.sim.xapi.calls.Pool;
import io.doppel.sim.xapi.calls.Site;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpCookie;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;

/** The pool as the HTTP handlers see it. */
final class PoolFacade implements PoolAccess {
    private final Pool pool;

    PoolFacade(Pool pool) {
        this.pool = pool;
    }

    @Override
    public Records records() {
        return pool.records();
    }

    @Override
    public Disks disks() {
        return pool.disks();
    }

    @Override
    public String session(Request request) {
        Fields query = Request.extractQueryParameters(request);
        String session = query.getValue("session_id");
        if (session == null) {
            session = Request.getCookies(request).stream()
                    .filter(cookie -> cookie.getName().equals("session_id"))
                    .map(HttpCookie::getValue)
                    .findFirst()
                    .orElse(null);
        }
        String basic = request.getHeaders().get(HttpHeader.AUTHORIZATION);
        if (session == null && basic != null && basic.startsWith("Basic ")) {
            return login(request, basic.substring("Basic ".length()));
        }
        pool.use(session);
        return session;
    }

    private String login(Request request, String credentials) {
        String[] parts = decoded(credentials).split(":", 2);
        if (parts.length < 2) {
            throw new XapiFault("SESSION_AUTHENTICATION_FAILED", parts[0], "Authentication failure");
        }
        String session = pool.login(pool.master(), parts[0], parts[1], "http");
        Request.addCompletionListener(request, failure -> pool.logout(session));
        return session;
    }

    private static String decoded(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64.trim()), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    @Override
    public Object call(String session, String method, Object... parameters) {
        List<Object> all = new ArrayList<>();
        all.add(session);
        all.addAll(List.of(parameters));
        return pool.dispatch(pool.master(), method, all);
    }

    @Override
    public TaskHandle task(String session, Optional<String> task, String label) {
        if (task.isEmpty()) {
            return pool.tasks().task(pool.tasks().create(label, "", pool.master()));
        }
        return pool.tasks().task(pool.records().find("task", task.get()));
    }

    @Override
    public boolean sees(String host, String sr) {
        return pool.sees(host, sr);
    }

    @Override
    public Optional<String> hostThatSees(String sr) {
        return pool.sites().keySet().stream().filter(host -> sees(host, sr)).findFirst();
    }

    @Override
    public String urlOf(String host) {
        Site site = pool.sites().get(host);
        if (site == null) {
            throw new XapiFault("HANDLE_INVALID", "host", host);
        }
        return site.url();
    }

    @Override
    public void mayFail(String point) {
        pool.strike(point);
    }
}
