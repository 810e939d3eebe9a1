package io.doppel.shell.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobService.Subscription;
import java.util.concurrent.CompletableFuture;

/** Tells work that a command waits for to stop. Safe for several threads. */
final class Stop implements CancelToken {
    private final CompletableFuture<Void> told = new CompletableFuture<>();

    /** Tells it; a second time does nothing. */
    void tell() {
        told.complete(null);
    }

    @Override
    public boolean isCancelled() {
        return told.isDone();
    }

    @Override
    public void check() throws DoppelException {
        if (isCancelled()) {
            throw new DoppelException(CommonError.CANCELLED, "It was stopped from the shell");
        }
    }

    @Override
    public Subscription onCancel(Runnable action) {
        CompletableFuture<Void> then = told.thenRun(action);
        return () -> then.cancel(false);
    }
}
