package io.doppel.disks.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Reads pieces of a disk by several threads ahead of their use and hands them out in order. One thread uses it. Holds one
 * buffer for each thread and one for the user.
 *
 * @param <T> a piece that was read; it may refer to its buffer, which is used again at the next {@link #next()}
 */
final class ReadAhead<T> implements AutoCloseable {
    private static final int MOST_THREADS = 8;
    private static final long ASK_AGAIN_MILLIS = 100;

    private final ExecutorService executor;
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final Queue<byte[]> free = new ArrayDeque<>();
    private final Queue<UnderWay<T>> underWay = new ArrayDeque<>();
    private final Iterator<Work<T>> work;
    private final CancelToken cancel;
    private byte[] inUse;

    /** Reads one piece. */
    @FunctionalInterface
    interface Work<T> {
        T read(byte[] buffer) throws DoppelException;
    }

    private record UnderWay<T>(byte[] buffer, Future<T> piece) {}

    /**
     * @param wanted how many reads at once are wished for
     * @param work in order; asked by the user's thread only
     */
    ReadAhead(int wanted, int bufferLength, Iterator<Work<T>> work, CancelToken cancel) {
        int count = Math.max(1, Math.min(wanted, MOST_THREADS));
        this.executor = Executors.newFixedThreadPool(count, task -> {
            Thread thread = new Thread(task, "doppel-read-ahead");
            thread.setDaemon(true);
            threads.add(thread);
            return thread;
        });
        for (int i = 0; i <= count; i++) {
            free.add(new byte[bufferLength]);
        }
        this.work = work;
        this.cancel = cancel;
    }

    /** The next piece; empty after the last. */
    Optional<T> next() throws DoppelException {
        if (inUse != null) {
            free.add(inUse);
            inUse = null;
        }
        while (!free.isEmpty() && work.hasNext()) {
            Work<T> one = work.next();
            byte[] buffer = free.remove();
            underWay.add(new UnderWay<>(buffer, executor.submit(() -> one.read(buffer))));
        }
        UnderWay<T> first = underWay.poll();
        if (first == null) {
            return Optional.empty();
        }
        inUse = first.buffer;
        return Optional.of(await(first.piece));
    }

    private T await(Future<T> piece) throws DoppelException {
        while (true) {
            cancel.check();
            try {
                return piece.get(ASK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                // Still being read: ask whether to stop, and wait on.
                continue;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new DoppelException(CommonError.CANCELLED, "Reading was interrupted", e);
            } catch (ExecutionException e) {
                throw rethrown(e.getCause());
            }
        }
    }

    private static DoppelException rethrown(Throwable cause) {
        if (cause instanceof DoppelException e) {
            return e;
        }
        if (cause instanceof RuntimeException e) {
            throw e;
        }
        if (cause instanceof Error e) {
            throw e;
        }
        throw new IllegalStateException(cause);
    }

    /** Waits until the threads have ended, because the reader may be closed only when nobody reads any more. */
    @Override
    public void close() {
        underWay.forEach(u -> u.piece.cancel(false));
        executor.shutdown();
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
