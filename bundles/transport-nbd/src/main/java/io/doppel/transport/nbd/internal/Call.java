package io.doppel.transport.nbd.internal;

import java.util.List;
import java.util.concurrent.locks.Condition;

/** The requests of one thread on one connection, sent in order, a few at a time. Guarded by the connection's lock. */
final class Call {
    private final Condition changed;
    private final List<? extends Request> requests;
    private final long[] deadlines;
    private int sent;
    private int finished;
    /** The requests before this one are finished. */
    private int oldest;

    Call(List<? extends Request> requests, Condition changed) {
        this.requests = requests;
        this.changed = changed;
        this.deadlines = new long[requests.size()];
    }

    Condition changed() {
        return changed;
    }

    int inFlight() {
        return sent - finished;
    }

    /** Whether every request has its reply, or those that were sent have and one of them has failed. */
    boolean isOver() {
        return inFlight() == 0 && (sent == requests.size() || failed() != null);
    }

    /** The next request, now counted as sent; null if all were or one has failed. */
    Request next(long deadline) {
        if (sent == requests.size() || failed() != null) {
            return null;
        }
        deadlines[sent] = deadline;
        Request request = requests.get(sent++);
        request.begin(this);
        return request;
    }

    /** A request has its reply. */
    void finish(Request request) {
        request.end();
        finished++;
        while (oldest < sent && requests.get(oldest).isDone()) {
            oldest++;
        }
    }

    /** When the oldest request in flight must have its reply. */
    long deadline() {
        return deadlines[Math.min(oldest, sent - 1)];
    }

    /** The first request that was answered with an error, or null. */
    Request failed() {
        for (int i = 0; i < sent; i++) {
            if (requests.get(i).isDone() && requests.get(i).failed()) {
                return requests.get(i);
            }
        }
        return null;
    }
}
