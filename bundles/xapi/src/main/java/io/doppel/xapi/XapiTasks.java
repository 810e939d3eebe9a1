package io.doppel.xapi;

import com.fasterxml.jackson.databind.JsonNode;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Long operations of a pool: started as tasks, waited for by events, cancelled when the run is. Safe for several threads. */
public final class XapiTasks {
    private static final double WAIT_SECONDS = 0.5;
    private static final Duration CANCEL_PATIENCE = Duration.ofSeconds(60);

    private final XapiSession session;

    /** Tasks of this session. */
    public XapiTasks(XapiSession session) {
        this.session = session;
    }

    /** What hears how far a task is. */
    @FunctionalInterface
    public interface Progress {
        /** Says nothing. */
        Progress NONE = share -> {};

        /** From 0 to 1. */
        void at(double share);
    }

    /**
     * Calls {@code Async.method} and waits for its end.
     *
     * @return texts of the result, mostly one reference; empty if it has none. A task that ends well although the run was
     *     cancelled meanwhile gives its result, so that the caller can remove what was made; the caller checks the token
     * @throws XapiFailure if the task fails
     * @throws DoppelException {@code CANCELLED} if it ended because the run was cancelled
     */
    public List<String> run(CancelToken cancel, String method, Object... arguments) throws DoppelException {
        cancel.check();
        String task = session.call("Async." + method, arguments).asText();
        return await(cancel, task, method, Progress.NONE);
    }

    /**
     * Waits for a task's end and forgets the task.
     *
     * @param what the operation, for messages
     * @return as {@link #run}
     */
    public List<String> await(CancelToken cancel, String task, String what, Progress progress) throws DoppelException {
        String token = "";
        long giveUp = 0;
        while (true) {
            JsonNode record = session.call("task.get_record", task);
            String status = record.path("status").asText();
            if (!status.equals("pending") && !status.equals("cancelling")) {
                forget(task);
                return result(cancel, what, status, record);
            }
            progress.at(record.path("progress").asDouble());
            if (cancel.isCancelled()) {
                giveUp = cancelled(cancel, task, giveUp);
            }
            token = waitForChange(task, token);
        }
    }

    /**
     * Waits for a task's end, whichever it is; one that is gone has ended.
     *
     * @param patience how long to wait
     * @return whether it ended
     */
    public boolean awaitEnd(String task, Duration patience) throws DoppelException {
        long start = System.nanoTime();
        String token = "";
        while (isUnderWay(task)) {
            if (System.nanoTime() - start > patience.toNanos()) {
                return false;
            }
            token = waitForChange(task, token);
        }
        return true;
    }

    private boolean isUnderWay(String task) throws DoppelException {
        try {
            return List.of("pending", "cancelling")
                    .contains(session.call("task.get_status", task).asText());
        } catch (XapiFailure e) {
            if (e.named("HANDLE_INVALID")) {
                return false;
            }
            throw e;
        }
    }

    private long cancelled(CancelToken cancel, String task, long giveUp) throws DoppelException {
        if (giveUp == 0) {
            try {
                session.call("task.cancel", task);
            } catch (XapiFailure e) {
                // Not every task can be cancelled, and it may have ended just now: its end is waited for.
                if (!e.named("OPERATION_NOT_ALLOWED", "HANDLE_INVALID", "RBAC_PERMISSION_DENIED")) {
                    throw e;
                }
            }
            return System.nanoTime() + CANCEL_PATIENCE.toNanos();
        }
        if (System.nanoTime() > giveUp) {
            cancel.check();
        }
        return giveUp;
    }

    /** Returns when the task changed, or after half a second. */
    private String waitForChange(String task, String token) throws DoppelException {
        try {
            return session.call("event.from", List.of("task/" + task), token, WAIT_SECONDS)
                    .path("token")
                    .asText();
        } catch (XapiFailure e) {
            if (e.named("EVENTS_LOST")) {
                return "";
            }
            throw e;
        }
    }

    private static List<String> result(CancelToken cancel, String what, String status, JsonNode record)
            throws DoppelException {
        if (status.equals("success")) {
            return XmlFragment.texts(record.path("result").asText());
        }
        if (cancel.isCancelled()) {
            cancel.check();
        }
        List<String> info = new ArrayList<>();
        record.path("error_info").forEach(text -> info.add(text.asText()));
        if (info.isEmpty()) {
            info.add(status.equals("cancelled") ? "TASK_CANCELLED" : "INTERNAL_ERROR");
        }
        throw new XapiFailure(what, info.get(0), info.subList(1, info.size()));
    }

    private void forget(String task) {
        try {
            session.call("task.destroy", task);
        } catch (DoppelException e) {
            // The pool removes ended tasks by itself after a while.
        }
    }
}
