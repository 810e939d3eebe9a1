package io.doppel.core.internal.job;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobService.Subscription;
import io.doppel.core.JobError;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;

/**
 * Calls what may hang in a plug-in or on a network on a thread of its own, so that who cancels need not wait for it. A call that was
 * given up goes on until it comes back by itself, so it must be one whose late result harms nobody and leaks nothing.
 */
public final class Aside {
    private final Executor threads;
    private final CancelSource token;

    /**
     * Calls on those threads.
     *
     * @param token tells when to give up
     */
    public Aside(Executor threads, CancelSource token) {
        this.threads = threads;
        this.token = token;
    }

    /**
     * Calls it and waits for it.
     *
     * @throws DoppelException what the call throws, or the reason to stop as soon as there is one
     */
    public <T> T call(CoreContext.Call<T> call) throws DoppelException {
        token.check();
        CompletableFuture<T> result = new CompletableFuture<>();
        threads.execute(() -> complete(result, call));
        try (Subscription s =
                token.onCancel(() -> result.completeExceptionally(token.reason().orElseThrow()))) {
            return result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DoppelException(JobError.INTERRUPTED, "The server stops", e);
        } catch (ExecutionException e) {
            throw own(e);
        }
    }

    /** Calls, and gives the result whatever comes out of it. */
    static <T> void complete(CompletableFuture<T> result, CoreContext.Call<T> call) {
        try {
            result.complete(call.run());
        } catch (DoppelException | RuntimeException | Error e) {
            result.completeExceptionally(e);
        }
    }

    /** What a call threw on its thread: thrown, or given to be thrown. */
    public static RuntimeException own(ExecutionException e) throws DoppelException {
        if (e.getCause() instanceof DoppelException coded) {
            throw coded;
        }
        if (e.getCause() instanceof Error error) {
            throw error;
        }
        return (RuntimeException) e.getCause();
    }
}
