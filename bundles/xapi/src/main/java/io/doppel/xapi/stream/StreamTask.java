package io.doppel.xapi.stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.xapi.XapiFailure;
import io.doppel.xapi.XapiSession;
import io.doppel.xapi.XapiTasks;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The task that goes with a stream: the only thing that says whether the stream went well. It is made and removed by the
 * side that asks for the stream. {@link #cancel()} and {@link #abandon()} may come from any thread, the rest from one at a time.
 */
final class StreamTask {
    /** Hosts fail the task before they say so in the stream; only a break takes them a while to notice. */
    private static final Duration SOON = Duration.ofSeconds(1);

    private final XapiSession session;
    private final String label;
    private final String ref;
    private volatile boolean over;

    private StreamTask(XapiSession session, String label, String ref) {
        this.session = session;
        this.label = label;
        this.ref = ref;
    }

    /**
     * Makes a task.
     *
     * @param mark other_config of the task, by which it is recognised as ours; its description says the same, for the moment in
     *     which it has no other_config yet
     */
    static StreamTask create(XapiSession session, String label, Map<String, String> mark) throws DoppelException {
        StreamTask task = new StreamTask(session, label, made(session, label, description(mark)));
        try {
            for (Map.Entry<String, String> entry : mark.entrySet()) {
                session.call("task.add_to_other_config", task.ref, entry.getKey(), entry.getValue());
            }
        } catch (DoppelException e) {
            task.abandon();
            throw e;
        }
        return task;
    }

    /** Makes a task; if the answer is lost, looks whether it was made before it asks again. */
    private static String made(XapiSession session, String label, String description) throws DoppelException {
        try {
            return session.call("task.create", label, description).asText();
        } catch (DoppelException e) {
            if (!e.is(CommonError.IO)) {
                throw e;
            }
        }
        Iterator<Map.Entry<String, JsonNode>> all =
                session.call("task.get_all_records").fields();
        while (all.hasNext()) {
            Map.Entry<String, JsonNode> task = all.next();
            if (task.getValue().path("name_description").asText().equals(description)) {
                return task.getKey();
            }
        }
        return session.call("task.create", label, description).asText();
    }

    /** The mark in words, and one that no other task has. */
    private static String description(Map<String, String> mark) {
        return mark.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .sorted()
                .collect(Collectors.joining(" ", "", " " + UUID.randomUUID()));
    }

    String ref() {
        return ref;
    }

    /**
     * Waits for the task's success, after which it is gone from the pool.
     *
     * @param patience how long to wait for its end; a task that takes longer is cancelled
     * @return texts of its result
     * @throws XapiFailure if it failed
     * @throws DoppelException {@link StreamError#UNDECIDED} if it did not end or nobody knows it any more
     */
    List<String> settle(Duration patience) throws DoppelException {
        XapiTasks tasks = new XapiTasks(session);
        try {
            if (!tasks.awaitEnd(ref, patience)) {
                throw new DoppelException(
                        StreamError.UNDECIDED,
                        "The task '" + label + "' did not end within " + patience.toSeconds() + " s after its stream");
            }
            List<String> result = tasks.await(CancelToken.NEVER, ref, label, XapiTasks.Progress.NONE);
            over = true;
            return result;
        } catch (XapiFailure e) {
            over = true;
            if (e.named("HANDLE_INVALID")) {
                throw new DoppelException(StreamError.UNDECIDED, "The pool forgot the task '" + label + "'", e);
            }
            throw e;
        }
    }

    /**
     * What to tell when a stream failed on our side: with what the pool says of it, or, if the host itself refused, what
     * the pool says alone. What was refused on our side needs no explanation. The task is over then or cancelled.
     */
    DoppelException explain(DoppelException ours) {
        if (!(ours.code() instanceof StreamError) || ours.is(StreamError.REDIRECT)) {
            cancel();
            return ours;
        }
        try {
            settle(SOON);
        } catch (XapiFailure theirs) {
            if (ours.is(StreamError.REFUSED) || ours.is(StreamError.FAILED_INSIDE)) {
                theirs.addSuppressed(ours);
                return theirs;
            }
            return new DoppelException(ours.code(), ours.what() + "; the pool says: " + theirs.what(), ours);
        } catch (DoppelException e) {
            ours.addSuppressed(e);
            cancel();
        }
        return ours;
    }

    /** Asks the pool to stop, unless the task is over; it takes a while to. */
    void cancel() {
        if (!over) {
            tell("task.cancel");
        }
    }

    /**
     * Cancels the task unless it is over, and waits until it is.
     *
     * @param patience how long to wait
     * @return whether it is over
     */
    boolean stop(Duration patience) throws DoppelException {
        cancel();
        return over || new XapiTasks(session).awaitEnd(ref, patience);
    }

    /** Cancels and removes the task unless it is over. What cannot be removed the pool removes by itself after a while. */
    void abandon() {
        if (!over) {
            cancel();
            over = true;
            tell("task.destroy");
        }
    }

    private void tell(String method) {
        try {
            session.call(method, ref);
        } catch (DoppelException e) {
            // It ended meanwhile, or the pool cannot be reached: then nothing more can be done about it from here.
        }
    }
}
