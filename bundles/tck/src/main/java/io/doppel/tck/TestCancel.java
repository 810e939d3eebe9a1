package io.doppel.tck;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobService.Subscription;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A token that a test cancels. Safe for several threads. */
public final class TestCancel implements CancelToken {
    private final Set<Runnable> actions = new LinkedHashSet<>();
    private boolean cancelled;

    /** Cancels; a second time does nothing. */
    public void cancel() {
        List<Runnable> due;
        synchronized (this) {
            cancelled = true;
            due = List.copyOf(actions);
            actions.clear();
        }
        due.forEach(Runnable::run);
    }

    @Override
    public synchronized boolean isCancelled() {
        return cancelled;
    }

    @Override
    public void check() throws DoppelException {
        if (isCancelled()) {
            throw new DoppelException(CommonError.CANCELLED, "The test cancelled it");
        }
    }

    @Override
    public Subscription onCancel(Runnable action) {
        Runnable own = action::run;
        synchronized (this) {
            if (!cancelled) {
                actions.add(own);
                return () -> {
                    synchronized (this) {
                        actions.remove(own);
                    }
                };
            }
        }
        own.run();
        return () -> {};
    }
}
