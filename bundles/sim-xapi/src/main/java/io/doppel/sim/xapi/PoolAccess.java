package io.doppel.sim.xapi;

import java.util.Optional;
import org.eclipse.jetty.server.Request;

/** What the handlers of {@link HttpService} need of the side that answers calls. Safe for use by many threads. */
public interface PoolAccess {
    Records records();

    Disks disks();

    /**
     * The session of a request: {@code session_id} in its query or cookie, or one made from Basic authentication (and
     * ended with the request).
     *
     * @throws XapiFault {@code SESSION_INVALID} or {@code SESSION_AUTHENTICATION_FAILED}
     */
    String session(Request request);

    /**
     * Makes a call as a client would, checks, events and scripted faults included: {@code call(session, "VDI.create",
     * record)}. Blocks until it is done.
     *
     * @return the value of the result
     * @throws XapiFault as the client would see it
     */
    Object call(String session, String method, Object... parameters);

    /**
     * Takes over the task that the client named in {@code task_id} (a reference or a uuid), or makes one.
     *
     * @throws XapiFault {@code HANDLE_INVALID} when the client named one that is not there
     */
    TaskHandle task(String session, Optional<String> task, String label);

    /** Whether a storage repository is attached on a host. Both are references. */
    boolean sees(String host, String sr);

    /** A host with the storage repository attached: the place to send a client to. */
    Optional<String> hostThatSees(String sr);

    /** What a {@code Location} has before the path: scheme, address and port of a host as clients reach it. */
    String urlOf(String host);

    /**
     * A place where a test's script can make a handler fail. Around each handler it is called with {@code http:/export};
     * handlers call it with {@code #begin} when they have taken over the task, which then ends with the fault, and with
     * {@code #half} when about half of the content has passed.
     *
     * @param point such as {@code http:/export#half}
     * @throws XapiFault the one that the script asks for
     */
    void mayFail(String point);

    /** A task that an HTTP request works on. One of the two ends it; later calls do nothing. */
    interface TaskHandle {
        String ref();

        /** @param done 0 to 1 */
        void progress(double done);

        /** Whether the client called task.cancel: the handler then stops, and ends the task with {@code TASK_CANCELLED}. */
        boolean cancelled();

        /** Ends well. @param result what the task gives, in the values of {@link Records}; null for nothing */
        void success(Object result);

        /** Ends with an error; a cancelled task becomes {@code cancelled} and no {@code failure}. */
        void failure(XapiFault fault);
    }
}
