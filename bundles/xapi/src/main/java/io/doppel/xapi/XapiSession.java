package io.doppel.xapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A session with a pool's master, found from any member's address and followed when it changes or when the session expires.
 * Calls that are sure not to have been carried out are sent again after a new login, calls whose answer was lost if they
 * may be carried out twice. Safe for several threads.
 */
public final class XapiSession implements AutoCloseable {
    private static final String LOGIN = "session.login_with_password";
    private static final String VERSION = "1.0";
    private static final int LOGINS = 3;

    /** Null if somebody else opened the session. */
    private final XapiLogin login;

    private XapiRoute route;
    private Set<XapiAddress> members;
    private State state;
    private boolean closed;

    private record State(XapiConnection master, String ref) {}

    private XapiSession(XapiRoute route, XapiLogin login, Set<XapiAddress> members) {
        this.route = route;
        this.login = login;
        this.members = members;
    }

    /**
     * Logs in.
     *
     * @param members inside addresses of members, tried in this order
     * @throws DoppelException {@link XapiError#LOGIN}, {@link CommonError#CERTIFICATE} (which no other member makes good),
     *     {@link XapiError#NO_MASTER} with what each member answered
     */
    public static XapiSession open(XapiRoute route, XapiLogin login, Collection<XapiAddress> members)
            throws DoppelException {
        XapiSession session = new XapiSession(route, login, new LinkedHashSet<>(members));
        session.state = session.logIn();
        return session;
    }

    /**
     * A session that somebody else opened and ends: it is not renewed when it expires or when the master changes, and
     * closing ends the connections only.
     *
     * @param master inside address of the master, with which the session is known
     * @param ref the session's reference
     */
    public static XapiSession joined(XapiRoute route, XapiAddress master, String ref) {
        XapiSession session = new XapiSession(route, null, Set.of(master));
        session.state = new State(new XapiConnection(route, master), ref);
        return session;
    }

    /**
     * The master that a member names when somebody unknown logs in; no password is sent. Empty if the member is the master
     * itself, which then refuses the login.
     */
    public static Optional<XapiAddress> masterOf(XapiRoute route, XapiAddress member) throws DoppelException {
        try (XapiConnection connection = new XapiConnection(route, member)) {
            connection.call("session.logout", List.of(logIn(connection, XapiLogin.nobody())));
            return Optional.empty();
        } catch (XapiFailure e) {
            return master(route, e);
        }
    }

    /** From now on logs in over this route and to these members too, the ones named here first. */
    public synchronized void reroute(XapiRoute newRoute, Collection<XapiAddress> newMembers) {
        this.route = newRoute;
        Set<XapiAddress> all = new LinkedHashSet<>(newMembers);
        all.addAll(members);
        this.members = all;
    }

    /** How the pool is reached. */
    public synchronized XapiRoute route() {
        return route;
    }

    /** Inside address of the master. */
    public XapiAddress master() throws DoppelException {
        return current().master.address();
    }

    /** The session's reference: a secret that gives all the user's rights. Changes with each login. */
    public String ref() throws DoppelException {
        return current().ref;
    }

    /**
     * Calls a method; the session's reference is put before the arguments.
     *
     * @param method {@code Class.method}
     * @param arguments texts, numbers, booleans, lists, maps or JSON nodes
     * @throws XapiFailure if the pool names a failure
     * @throws DoppelException {@link CommonError#IO} if the connection broke under a call that must not be carried out twice: it
     *     may have been carried out
     */
    public JsonNode call(String method, Object... arguments) throws DoppelException {
        boolean unanswered = false;
        for (int attempt = 1; ; attempt++) {
            State used = current();
            List<Object> all = new ArrayList<>();
            all.add(used.ref);
            all.addAll(Arrays.asList(arguments));
            try {
                return used.master.call(method, all);
            } catch (XapiConnection.NotSent e) {
                retryOrThrow(attempt, used, e);
            } catch (XapiFailure e) {
                XapiFailure clean = withoutSession(method, e, used.ref);
                if (unanswered && Repeats.wasDone(method, clean, arguments, this::call)) {
                    return NullNode.getInstance();
                }
                if (!clean.named("SESSION_INVALID", "HOST_IS_SLAVE")) {
                    throw clean;
                }
                retryOrThrow(attempt, used, clean);
            } catch (DoppelException e) {
                if (!e.is(CommonError.IO) || !Repeats.allowed(method)) {
                    throw e;
                }
                // Most often only this connection is gone, and the session is as good as before.
                if (unanswered) {
                    retryOrThrow(attempt, used, e);
                }
                unanswered = true;
            }
        }
    }

    private void retryOrThrow(int attempt, State used, DoppelException failure) throws DoppelException {
        if (login == null || attempt >= LOGINS || failure.is(CommonError.CERTIFICATE)) {
            throw failure;
        }
        renew(used);
    }

    /** The session's reference is a secret, and some failures carry it. */
    private static XapiFailure withoutSession(String method, XapiFailure failure, String ref) {
        return failure.parameters().stream().noneMatch(p -> p.contains(ref))
                ? failure
                : new XapiFailure(
                        method,
                        failure.xapiCode(),
                        failure.parameters().stream()
                                .map(p -> p.replace(ref, "session"))
                                .toList());
    }

    private synchronized State current() throws DoppelException {
        if (closed) {
            throw new DoppelException(XapiError.SESSION, "The connection to the pool is closed");
        }
        return state;
    }

    /** Logs in again unless another thread has done so. */
    private synchronized void renew(State broken) throws DoppelException {
        if (current() == broken) {
            State fresh = logIn();
            // Other threads' calls learn by themselves that the session is another one now.
            broken.master.retire();
            state = fresh;
        }
    }

    private State logIn() throws DoppelException {
        Deque<XapiAddress> waiting = new ArrayDeque<>(members);
        Set<XapiAddress> asked = new LinkedHashSet<>();
        List<String> answers = new ArrayList<>();
        while (!waiting.isEmpty()) {
            XapiAddress address = waiting.pollFirst();
            if (!asked.add(address)) {
                continue;
            }
            XapiConnection connection = new XapiConnection(route, address);
            try {
                return new State(connection, logIn(connection, login));
            } catch (XapiFailure e) {
                connection.close();
                Optional<XapiAddress> master = master(route, e);
                if (e.is(XapiError.LOGIN) || e.is(XapiError.RIGHTS)) {
                    throw e;
                }
                answers.add(address + ": " + e.what());
                master.ifPresent(waiting::addFirst);
            } catch (DoppelException e) {
                connection.close();
                if (e.is(CommonError.CERTIFICATE) || !e.retryable()) {
                    throw e;
                }
                answers.add(address + ": " + e.what());
            }
        }
        throw new DoppelException(XapiError.NO_MASTER, "No member answers as master: " + String.join("; ", answers));
    }

    private static Optional<XapiAddress> master(XapiRoute route, XapiFailure failure) throws DoppelException {
        return failure.named("HOST_IS_SLAVE") && !failure.parameters().isEmpty()
                ? Optional.of(route.inside(failure.parameters().get(0)))
                : Optional.empty();
    }

    private static String logIn(XapiConnection connection, XapiLogin login) throws DoppelException {
        char[] password = login.secret();
        try {
            List<String> arguments = List.of(login.user(), new String(password), VERSION, login.originator());
            try {
                return connection.call(LOGIN, arguments).asText();
            } catch (XapiConnection.NotSent e) {
                throw e;
            } catch (DoppelException e) {
                if (!e.is(CommonError.IO)) {
                    throw e;
                }
                // A session of which nobody knows ends by itself.
                return connection.call(LOGIN, arguments).asText();
            }
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    /** Logs out and ends all connections; calls under way fail. A second close does nothing. */
    @Override
    public void close() {
        State last;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            last = state;
        }
        if (login != null) {
            try {
                last.master.call("session.logout", List.of(last.ref));
            } catch (DoppelException e) {
                // The pool ends sessions that nobody uses; there is nobody to tell.
            }
        }
        last.master.close();
    }
}
