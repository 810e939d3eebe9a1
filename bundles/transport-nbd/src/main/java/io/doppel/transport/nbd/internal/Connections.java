package io.doppel.transport.nbd.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobService.Subscription;
import io.doppel.transport.nbd.NbdError;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to an export: opened as more threads want something at once, and replaced when they break, where that
 * is allowed. Safe for several threads.
 */
final class Connections {
    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);
    /** A server that breaks more connections than that has a fault that somebody has to see. */
    private static final int MOST_REPLACED = 32;

    private static final int MOST_WARNINGS = 20;
    private static final int ATTEMPTS = 3;
    private static final int USUAL = 4;

    private final NbdTarget target;
    private final Timing timing;
    private final boolean writing;
    private final Export export;
    private final List<Slot> slots = new ArrayList<>();
    /** Those that shake hands. */
    private final Set<Pipe> unfinished = new HashSet<>();

    private final List<String> warnings = new ArrayList<>();
    private int most;
    private int opening;
    private int replaced;
    private boolean closed;

    private static final class Slot {
        private final Connection connection;
        private int users;

        Slot(Connection connection) {
            this.connection = connection;
        }
    }

    /**
     * Opens the first connection.
     *
     * @param writing a connection that breaks may have lost what was written on it, so none is replaced, and there is
     *     only one unless the server keeps several consistent
     * @param cancel ends the opening
     */
    Connections(NbdTarget target, Timing timing, boolean writing, CancelToken cancel) throws DoppelException {
        this.target = target;
        this.timing = timing;
        this.writing = writing;
        Connection first = first(cancel);
        this.export = first.export();
        this.most = export.multiConn()
                ? target.connections().orElse(USUAL)
                : writing ? 1 : target.connections().orElse(1);
    }

    Export export() {
        return export;
    }

    /**
     * Sends requests and waits for the replies, again on another connection if one broke under reading.
     *
     * @param work makes the requests, each time anew
     * @return the requests; one that the server answered with an error is the last that was sent
     */
    <R extends Request> Answered<R> execute(Supplier<List<R>> work) throws DoppelException {
        for (int attempt = 1; ; attempt++) {
            Slot slot = take();
            try {
                List<R> requests = work.get();
                return new Answered<>(requests, slot.connection.execute(requests));
            } catch (DoppelException e) {
                if (!e.is(NbdError.LOST) || attempt == ATTEMPTS || !mayReplace(e)) {
                    throw e;
                }
            } finally {
                give(slot);
            }
        }
    }

    /**
     * Requests after their execution.
     *
     * @param failed the first that the server answered with an error, or null
     */
    record Answered<R>(List<R> requests, Request failed) {}

    /** As {@link #execute}, but an error of the server is thrown. */
    <R extends Request> List<R> mustSucceed(Supplier<List<R>> work) throws DoppelException {
        Answered<R> answered = execute(work);
        if (answered.failed() != null) {
            throw answered.failed().failure(target);
        }
        return answered.requests();
    }

    /**
     * Checks that what was written has not been lost with a connection.
     *
     * @throws DoppelException the failure of the connection that broke first
     */
    synchronized void checkUnbroken() throws DoppelException {
        checkOpen();
        for (Slot slot : slots) {
            slot.connection.checkUnbroken();
        }
    }

    /** A connection nobody uses; a new one if all are in use and there may be more; else the one with the fewest users. */
    private Slot take() throws DoppelException {
        synchronized (this) {
            awaitOpening();
            if (writing) {
                checkUnbroken();
            }
            checkOpen();
            Slot best = leastUsed();
            if (best != null && (best.users == 0 || slots.size() + opening >= most)) {
                best.users++;
                return best;
            }
            opening++;
        }
        Slot slot = null;
        try {
            slot = new Slot(connect(isFirst() ? timing.open() : timing.extra()));
        } catch (DoppelException e) {
            return withoutAnother(e);
        } finally {
            opened(slot);
        }
        if (slot.users == 0) {
            refuse(slot.connection);
        }
        return slot;
    }

    /** Takes a new connection among the others and gives it to its first user, if it is of use. */
    private synchronized void opened(Slot slot) {
        opening--;
        if (slot != null && !closed && slot.connection.export().sameAs(export)) {
            slot.users = 1;
            slots.add(slot);
        }
        notifyAll();
    }

    private void refuse(Connection made) throws DoppelException {
        made.close();
        synchronized (this) {
            checkOpen();
        }
        throw new DoppelException(
                NbdError.CHANGED,
                target + " has " + made.export().size() + " bytes now and had " + export.size()
                        + ", or offers something else");
    }

    /** When there is no connection, and as many as there may be are being opened, one of those will do. */
    private void awaitOpening() {
        boolean interrupted = false;
        while (!closed && opening >= most && leastUsed() == null) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean isFirst() {
        return slots.isEmpty();
    }

    private Slot leastUsed() {
        if (!writing) {
            slots.removeIf(slot -> slot.connection.isBroken());
        }
        Slot best = null;
        for (Slot slot : slots) {
            if (best == null || slot.users < best.users) {
                best = slot;
            }
        }
        return best;
    }

    /** Goes on with the connections there are, if there are any, and wants no more than these. */
    private synchronized Slot withoutAnother(DoppelException e) throws DoppelException {
        checkOpen();
        Slot best = leastUsed();
        if (best == null) {
            throw e;
        }
        most = Math.max(1, slots.size());
        warn("Only " + most + " connections are used: " + e.getMessage());
        best.users++;
        return best;
    }

    private synchronized void give(Slot slot) {
        slot.users--;
    }

    private synchronized boolean mayReplace(DoppelException e) {
        if (writing || closed || replaced == MOST_REPLACED) {
            return false;
        }
        replaced++;
        warn("Connection replaced: " + e.getMessage());
        return true;
    }

    synchronized void warn(String text) {
        LOG.warn("{}", text);
        if (warnings.size() < MOST_WARNINGS) {
            warnings.add(text);
        }
    }

    /** What went wrong so far without ending anything; the first of it. */
    synchronized List<String> warnings() {
        return List.copyOf(warnings);
    }

    NbdTarget target() {
        return target;
    }

    private void checkOpen() throws DoppelException {
        if (closed) {
            throw Failures.closed(target);
        }
    }

    /** Ends everything, also what is being opened; a second call does nothing. */
    void close() {
        List<Slot> open;
        List<Pipe> shaking;
        synchronized (this) {
            closed = true;
            notifyAll();
            open = List.copyOf(slots);
            slots.clear();
            shaking = List.copyOf(unfinished);
        }
        shaking.forEach(Pipe::close);
        open.forEach(slot -> slot.connection.close());
    }

    private Connection first(CancelToken cancel) throws DoppelException {
        cancel.check();
        Connection made;
        try (Subscription onCancel = cancel.onCancel(this::close)) {
            made = connect(timing.open());
        } catch (DoppelException e) {
            cancel.check();
            throw e;
        }
        synchronized (this) {
            if (!closed) {
                slots.add(new Slot(made));
                return made;
            }
        }
        made.close();
        cancel.check();
        throw Failures.closed(target);
    }

    private Connection connect(Duration wait) throws DoppelException {
        Pipe pipe = begin();
        boolean wanted;
        Handshake.Opened opened;
        try {
            opened = Handshake.open(pipe, target, Timing.deadline(wait));
        } finally {
            wanted = end(pipe);
        }
        if (!wanted) {
            pipe.close();
            throw Failures.closed(target);
        }
        return new Connection(target, opened, timing.reply());
    }

    private Pipe begin() throws DoppelException {
        Pipe pipe;
        try {
            pipe = Pipe.make();
        } catch (IOException e) {
            throw Failures.unreachable(target, e);
        }
        synchronized (this) {
            if (!closed) {
                unfinished.add(pipe);
                return pipe;
            }
        }
        pipe.close();
        throw Failures.closed(target);
    }

    /** Whether it is still wanted. */
    private synchronized boolean end(Pipe pipe) {
        unfinished.remove(pipe);
        return !closed;
    }
}
