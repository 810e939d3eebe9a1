package io.doppel.mover;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobService.Subscription;

/** Cancels when it was asked so many times. */
record CountingCancel(int[] left, boolean[] cancelled) implements CancelToken {
    @Override
    public boolean isCancelled() {
        return cancelled[0];
    }

    @Override
    public void check() throws DoppelException {
        if (left[0]-- <= 0) {
            cancelled[0] = true;
            throw new DoppelException(CommonError.CANCELLED, "Cancelled by the test");
        }
    }

    @Override
    public Subscription onCancel(Runnable action) {
        return () -> {};
    }
}
