package io.doppel.tck;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs the same work in several threads and throws what the first failing one threw. */
final class Together {
    /** The work of one thread. */
    interface Work {
        /**
         * @param worker number of the thread, from 0
         * @param start where all meet before what shall race; a thread that fails earlier breaks it
         */
        void run(int worker, Start start) throws Exception;
    }

    /** The common starting point. */
    interface Start {
        void await() throws Exception;
    }

    private static final long LIMIT_SECONDS = 120;

    private Together() {}

    static void run(int workers, Work work) throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(workers);
        ExecutorService pool = Executors.newFixedThreadPool(workers);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                int worker = i;
                all.add(pool.submit(() -> {
                    work.run(worker, () -> barrier.await(LIMIT_SECONDS, TimeUnit.SECONDS));
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get(LIMIT_SECONDS, TimeUnit.SECONDS);
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AssertionError failure) {
                throw failure;
            }
            throw new AssertionError("failed in a parallel thread: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("did not end within " + LIMIT_SECONDS + " s", e);
        } finally {
            pool.shutdownNow();
        }
    }
}
