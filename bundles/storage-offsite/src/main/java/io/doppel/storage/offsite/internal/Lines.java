package io.doppel.storage.offsite.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * The connections of one storage: those that wait for work are used again, and what breaks is dialled again for a while. Safe
 * for several threads. Nobody waits for a connection of another, so nobody can wait for himself.
 */
final class Lines implements AutoCloseable {
    /** Work on a connection that may be done again on another. */
    interface Work<T> {
        T run(Line line) throws IOException, DoppelException;
    }

    private static final int IDLE = 8;

    /** A connection that waited longer may have been forgotten by what forwards it, without a word. */
    private static final long IDLE_NANOS = 30_000_000_000L;

    private static final long FIRST_WAIT = 250_000_000L;
    private static final long LONGEST_WAIT = 4_000_000_000L;

    private final Module module;
    private final long patience;
    private final Deque<Line> idle = new ArrayDeque<>();
    private final Set<Line> all = new HashSet<>();
    private boolean closed;

    /** @param patience nanoseconds for which a module that cannot be reached is dialled again */
    Lines(Module module, long patience) {
        this.module = module;
        this.patience = patience;
    }

    /**
     * Does something that may be done twice, on as many connections as it takes.
     *
     * @throws DoppelException {@link StorageError#UNREACHABLE} if the module stays away; its refusals
     */
    <T> T repeat(Work<T> work) throws DoppelException {
        return repeat(work, true);
    }

    /** A connection for the caller alone, who gives it back; one that waited has proved that it still works. */
    Line lend() throws DoppelException {
        return repeat(
                line -> {
                    if (line.hasWaited()) {
                        line.space();
                    }
                    return line;
                },
                false);
    }

    private <T> T repeat(Work<T> work, boolean giveBack) throws DoppelException {
        long since = System.nanoTime();
        long wait = FIRST_WAIT;
        while (true) {
            Line line = null;
            try {
                line = take();
                T result = work.run(line);
                if (giveBack) {
                    give(line);
                }
                return result;
            } catch (IOException e) {
                drop(line);
                if (System.nanoTime() - since > patience) {
                    throw unreachable(e);
                }
            } catch (DoppelException e) {
                if (line != null && !line.spent()) {
                    give(line);
                    throw e;
                }
                drop(line);
                if (!mayPass(e) || System.nanoTime() - since > patience) {
                    throw e;
                }
            } catch (RuntimeException | Error e) {
                // A consumer threw: who knows what is left on the connection.
                drop(line);
                throw e;
            }
            pause(wait);
            wait = Math.min(2 * wait, LONGEST_WAIT);
        }
    }

    private static boolean mayPass(DoppelException e) {
        return e.is(StorageError.UNREACHABLE) || e.is(CommonError.IO);
    }

    DoppelException unreachable(IOException e) {
        return new DoppelException(
                StorageError.UNREACHABLE,
                "The connection to the offsite module at " + module.name() + " failed: " + e.getMessage(),
                e);
    }

    /** A connection for the caller alone, dialled if none waits. */
    Line take() throws IOException, DoppelException {
        synchronized (this) {
            checkOpen();
            for (Line line = idle.pollLast(); line != null; line = idle.pollLast()) {
                if (System.nanoTime() - line.waitsSince() < IDLE_NANOS) {
                    return line;
                }
                drop(line);
            }
        }
        return add(module.dial());
    }

    private synchronized Line add(Line line) throws DoppelException {
        all.add(line);
        if (closed) {
            drop(line);
            checkOpen();
        }
        return line;
    }

    /** Takes a connection back on which nothing is under way. */
    synchronized void give(Line line) {
        if (closed || idle.size() >= IDLE) {
            drop(line);
        } else if (all.contains(line)) {
            line.waitsSince(System.nanoTime());
            idle.addLast(line);
        }
    }

    /** Ends a connection; null for none. */
    synchronized void drop(Line line) {
        if (line != null && all.remove(line)) {
            line.close();
        }
    }

    synchronized void checkOpen() throws DoppelException {
        if (closed) {
            throw new DoppelException(
                    StorageError.UNREACHABLE, "The storage at the offsite module " + module.name() + " is closed");
        }
    }

    /** Waits before dialling again; ends at once when the storage is closed, and keeps an interrupt for later. */
    private synchronized void pause(long nanos) throws DoppelException {
        long end = System.nanoTime() + nanos;
        boolean interrupted = false;
        try {
            for (long left = nanos; left > 0 && !closed; left = end - System.nanoTime()) {
                try {
                    wait(left / 1_000_000 + 1);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        checkOpen();
    }

    @Override
    public synchronized void close() {
        closed = true;
        idle.clear();
        Set.copyOf(all).forEach(this::drop);
        notifyAll();
    }
}
