package io.doppel.transport.nbd.internal;

import io.doppel.api.error.DoppelException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A connection on which several threads have requests in flight. There is no thread of its own: of those that wait for a
 * reply, one reads for all, straight into the arrays of whom it concerns, and hands over to another when it has what it
 * wants. A thread that has the connection for itself so never waits for another.
 */
final class Connection {
    /** Requests that one call has in flight. */
    private static final int WINDOW = 4;

    private static final long LEAST_WAIT = 1_000_000;
    private static final Duration GOODBYE = Duration.ofSeconds(1);

    private final NbdTarget target;
    private final Wire wire;
    private final Export export;
    private final Duration patience;
    private final Replies replies;
    private final ReentrantLock sending = new ReentrantLock();
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Long, Request> pending = new HashMap<>();
    /** Calls whose threads wait for what another reads. */
    private final Deque<Call> waiting = new ArrayDeque<>();

    private long cookies;
    private boolean reading;
    private DoppelException failure;

    /** @param patience how long a reply may take */
    Connection(NbdTarget target, Handshake.Opened opened, Duration patience) {
        this.target = target;
        this.wire = opened.wire();
        this.export = opened.export();
        this.patience = patience;
        this.replies = new Replies(wire, export.structured(), target.serverText(), this::pending);
    }

    Export export() {
        return export;
    }

    boolean isBroken() {
        lock.lock();
        try {
            return failure != null;
        } finally {
            lock.unlock();
        }
    }

    /** Throws why it broke, if it did. */
    void checkUnbroken() throws DoppelException {
        lock.lock();
        try {
            throwFailure();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends requests and waits for the replies; nothing is written to their arrays any more when it returns or throws.
     *
     * @return the first request that the server answered with an error, or null; those behind it may not have been sent
     * @throws DoppelException the connection broke
     */
    Request execute(List<? extends Request> requests) throws DoppelException {
        Call call = new Call(requests, lock.newCondition());
        lock.lock();
        try {
            do {
                sendWhatFits(call);
                awaitReply(call);
            } while (!call.isOver());
            return call.failed();
        } finally {
            lock.unlock();
        }
    }

    private void sendWhatFits(Call call) {
        while (failure == null && call.inFlight() < WINDOW) {
            Request request = call.next(Timing.deadline(patience));
            if (request == null) {
                return;
            }
            long cookie = cookies++;
            pending.put(cookie, request);
            IOException broken = new IOException("Sending was cut off");
            lock.unlock();
            try {
                broken = send(cookie, request);
            } finally {
                lock.lock();
                if (broken != null) {
                    fail(broken);
                }
            }
        }
    }

    private IOException send(long cookie, Request request) {
        sending.lock();
        try {
            wire.write(Timing.deadline(patience), request.message(cookie));
            return null;
        } catch (IOException e) {
            return e;
        } finally {
            sending.unlock();
        }
    }

    /** Returns when a request of the call has its reply, or none is in flight. */
    private void awaitReply(Call call) throws DoppelException {
        int before = call.inFlight();
        while (failure == null && before > 0 && call.inFlight() == before) {
            if (reading) {
                await(call);
            } else {
                readReply(call.deadline());
            }
        }
        // Whoever reads may be writing to our arrays until it has noticed a failure.
        while (failure != null && reading) {
            await(call);
        }
        if (!reading && !waiting.isEmpty()) {
            waiting.peek().changed().signal();
        }
        throwFailure();
    }

    private void throwFailure() throws DoppelException {
        if (failure != null) {
            throw new DoppelException(failure.code(), failure.what(), failure);
        }
    }

    private void await(Call call) {
        boolean interrupted = Thread.interrupted();
        waiting.add(call);
        try {
            long left = call.deadline() - System.nanoTime();
            if (call.changed().awaitNanos(Math.max(left, LEAST_WAIT)) <= 0) {
                fail(new SocketTimeoutException());
            }
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            waiting.remove(call);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Reads one message for whomever it is. */
    private void readReply(long deadline) {
        reading = true;
        lock.unlock();
        long cookie = -1;
        IOException broken = new IOException("Reading was cut off");
        try {
            cookie = replies.next(deadline);
            broken = null;
        } catch (IOException e) {
            broken = e;
        } finally {
            lock.lock();
            reading = false;
            if (broken != null) {
                fail(broken);
            }
        }
        if (cookie >= 0) {
            Request request = pending.remove(cookie);
            request.call().finish(request);
            request.call().changed().signal();
            if (request.error() == Proto.ESHUTDOWN) {
                fail(Failures.failed(target, request.toString(), request.error(), ""));
            }
        }
    }

    private Request pending(long cookie) {
        lock.lock();
        try {
            return pending.get(cookie);
        } finally {
            lock.unlock();
        }
    }

    private void fail(IOException e) {
        fail(Failures.broken(target, e));
    }

    /** The first failure counts. */
    private void fail(DoppelException why) {
        if (failure == null) {
            failure = why;
            wire.close();
        }
        waiting.forEach(call -> call.changed().signal());
    }

    /** Says goodbye if nothing is in flight, and closes. */
    void close() {
        lock.lock();
        try {
            if (failure == null && pending.isEmpty() && sending.tryLock()) {
                try {
                    wire.write(Timing.deadline(GOODBYE), new Request(Proto.DISC, 0, 0, 0).message(cookies));
                } catch (IOException e) {
                    // Then it ends without a goodbye.
                } finally {
                    sending.unlock();
                }
            }
            fail(Failures.closed(target));
        } finally {
            lock.unlock();
        }
    }
}
