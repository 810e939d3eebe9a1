package io.doppel.vault.internal.index;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.vault.Uninterruptibly;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Does many things of one kind with a few threads, of which the caller's is one. For one use by one thread. */
public final class Parallel {
    private static final int THREADS = 4;

    private final String name;
    private final int threads;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /**
     * With at most four threads.
     *
     * @param name of the threads
     */
    Parallel(String name) {
        this(name, THREADS);
    }

    /**
     * With at most so many threads.
     *
     * @param name of the threads
     * @param threads at least 1
     */
    public Parallel(String name, int threads) {
        this.name = name;
        this.threads = threads;
    }

    /** Does some of the things. */
    @FunctionalInterface
    public interface Worker extends AutoCloseable {
        /** Does number {@code i}, beside other threads. */
        void run(int i) throws DoppelException;

        /** Nothing is left that is not begun, and nothing has failed so far. */
        default void finish() throws DoppelException {}

        @Override
        default void close() {}
    }

    /** As {@link #run(int, Supplier)} with one worker for all threads. */
    void run(int count, Worker worker) throws DoppelException {
        run(count, () -> worker);
    }

    /**
     * Does numbers 0 to one less than {@code count}; after a failure no further ones are begun, and what failed first is thrown here,
     * whichever thread it happened in.
     *
     * @param workers called once by each thread, which closes what it was given
     */
    public void run(int count, Supplier<? extends Worker> workers) throws DoppelException {
        if (count == 0) {
            return;
        }
        List<Thread> helpers = new ArrayList<>();
        for (int i = 1; i < Math.min(threads, count); i++) {
            Thread t = new Thread(() -> work(count, workers), name + "-" + i);
            t.setDaemon(true);
            t.start();
            helpers.add(t);
        }
        work(count, workers);
        join(helpers);
        rethrow(failure.get());
        // what nobody came to the end of must not count as done, whatever ended the thread that had it
        if (done.get() != count) {
            throw new DoppelException(CommonError.INTERNAL, (count - done.get()) + " of " + count + " were not done");
        }
    }

    private static void rethrow(Throwable failure) throws DoppelException {
        if (failure instanceof DoppelException) {
            throw (DoppelException) failure;
        }
        if (failure instanceof RuntimeException) {
            throw (RuntimeException) failure;
        }
        if (failure instanceof Error) {
            throw (Error) failure;
        }
    }

    private void work(int count, Supplier<? extends Worker> workers) {
        try (Worker worker = workers.get()) {
            for (int i = next.getAndIncrement(); i < count && failure.get() == null; i = next.getAndIncrement()) {
                worker.run(i);
                done.incrementAndGet();
            }
            if (failure.get() == null) {
                worker.finish();
            }
        } catch (DoppelException | RuntimeException | Error e) {
            failure.compareAndSet(null, e);
        }
    }

    private void join(List<Thread> helpers) {
        Uninterruptibly.join(
                helpers,
                e -> failure.compareAndSet(null, new DoppelException(CommonError.CANCELLED, "Interrupted", e)));
    }
}
