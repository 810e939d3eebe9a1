package io.doppel.disks;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobService;

/** A token that a test stops. */
final class StoppableToken implements CancelToken {
    private volatile boolean stopped;

    void stop() {
        stopped = true;
    }

    @Override
    public boolean isCancelled() {
        return stopped;
    }

    @Override
    public void check() throws DoppelException {
        if (stopped) {
            throw new DoppelException(CommonError.CANCELLED, "stopped");
        }
    }

    @Override
    public JobService.Subscription onCancel(Runnable action) {
        return () -> {};
    }
}
