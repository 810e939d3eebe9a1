package io.doppel.core.internal.space;

import io.doppel.api.error.DoppelException;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.job.Threads;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks what may hang on a network, for those who must not wait for it. An answer that comes late is not used. */
final class QuickAsk implements AutoCloseable {
    private static final long MOST_MILLIS = 3000;

    private final ExecutorService threads = Executors.newCachedThreadPool(Threads.named("doppel-space"));

    /** The answer; empty if there is none in time. */
    <T> Optional<T> ask(CoreContext.Call<T> call) throws DoppelException {
        Future<T> answer = threads.submit(call::run);
        try {
            return Optional.of(answer.get(MOST_MILLIS, TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof DoppelException coded) {
                throw coded;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
