package io.doppel.vault.internal.index;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.vault.Uninterruptibly;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Does many things of one kind with at most four threads, of which the caller's is one. Used by one thread. */
final class Parallel {
    private static final int THREADS = 4;

    private final String name;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicReference<DoppelException> failure = new AtomicReference<>();

    /**
     * For one use.
     *
     * @param name of the threads
     */
    Parallel(String name) {
        this.name = name;
    }

    /** Does one of the things. */
    @FunctionalInterface
    interface Task {
        /** Does number {@code i}, beside others. */
        void run(int i) throws DoppelException;
    }

    /** Does numbers 0 to one less than {@code count}; after a failure no further ones are begun, and it is thrown. */
    void run(int count, Task task) throws DoppelException {
        List<Thread> helpers = new ArrayList<>();
        for (int i = 1; i < Math.min(THREADS, count); i++) {
            Thread t = new Thread(() -> work(count, task), name + "-" + i);
            t.setDaemon(true);
            t.start();
            helpers.add(t);
        }
        work(count, task);
        join(helpers);
        if (failure.get() != null) {
            throw failure.get();
        }
        // what nobody came to the end of must not count as done, whatever ended the thread that had it
        if (done.get() != count) {
            throw new DoppelException(CommonError.INTERNAL, (count - done.get()) + " of " + count + " were not done");
        }
    }

    private void work(int count, Task task) {
        try {
            for (int i = next.getAndIncrement(); i < count && failure.get() == null; i = next.getAndIncrement()) {
                task.run(i);
                done.incrementAndGet();
            }
        } catch (DoppelException e) {
            failure.compareAndSet(null, e);
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, new DoppelException(CommonError.INTERNAL, "Failed: " + e, e));
        }
    }

    private void join(List<Thread> helpers) {
        Uninterruptibly.join(
                helpers,
                e -> failure.compareAndSet(null, new DoppelException(CommonError.CANCELLED, "Interrupted", e)));
    }
}
