package io.doppel.vault;

import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobService;

/** A job that nobody cancels. */
public final class NeverCancelled implements CancelToken {
    @Override
    public boolean isCancelled() {
        return false;
    }

    @Override
    public void check() {}

    @Override
    public JobService.Subscription onCancel(Runnable action) {
        return () -> {};
    }
}
