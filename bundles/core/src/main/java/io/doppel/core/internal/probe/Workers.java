package io.doppel.core.internal.probe;

import io.doppel.api.error.DoppelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** Does things at the same time. */
final class Workers {
    private final ExecutorService threads;

    Workers(ExecutorService threads) {
        this.threads = threads;
    }

    /**
     * Does all of them at once and waits until the last one has ended, whatever becomes of the others; each ends by itself when it is told to.
     *
     * @throws DoppelException the first failure
     */
    <T> List<T> all(List<Callable<T>> work) throws DoppelException {
        List<Future<T>> futures = work.stream().map(threads::submit).toList();
        List<T> results = new ArrayList<>();
        DoppelException failure = null;
        for (Future<T> future : futures) {
            try {
                results.add(await(future));
            } catch (DoppelException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
        return results;
    }

    /** Interrupts wait: what goes on is ended by its token, and nothing must be left behind. */
    private static <T> T await(Future<T> future) throws DoppelException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof DoppelException coded) {
                        throw coded;
                    }
                    throw new IllegalStateException(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
