package io.doppel.core.internal.job;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobService.Subscription;
import io.doppel.core.internal.plugin.Gate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A cancel token with the means to cancel it. The first reason counts. */
public final class CancelSource implements CancelToken, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CancelSource.class);

    private final Set<Runnable> actions = new LinkedHashSet<>();
    private final List<Subscription> links = new ArrayList<>();
    private DoppelException reason;
    private long since;

    /** A token that also stops when this one does. */
    CancelSource child() {
        CancelSource child = new CancelSource();
        child.link(onCancel(() -> child.cancel(reason().orElseThrow())));
        return child;
    }

    /** Makes it stop when a plug-in leaves. */
    public void dependOn(Gate gate) {
        link(gate.onGone(() -> cancel(gate.failure())));
    }

    private void link(Subscription subscription) {
        synchronized (links) {
            links.add(subscription);
        }
    }

    /** Tells everybody to stop. */
    public void cancel(DoppelException why) {
        List<Runnable> told;
        synchronized (this) {
            if (reason != null) {
                return;
            }
            reason = why;
            since = System.nanoTime();
            told = List.copyOf(actions);
            actions.clear();
        }
        for (Runnable action : told) {
            run(action);
        }
    }

    synchronized Optional<DoppelException> reason() {
        return Optional.ofNullable(reason);
    }

    /** Whether it was told to stop at least that long ago. */
    synchronized boolean stoppedFor(long nanos) {
        return reason != null && System.nanoTime() - since >= nanos;
    }

    /** Whether it was told to stop because a plug-in left, at least that long ago. */
    synchronized boolean pluginGoneFor(long nanos) {
        return stoppedFor(nanos) && reason.is(CommonError.PLUGIN_GONE);
    }

    @Override
    public synchronized boolean isCancelled() {
        return reason != null;
    }

    @Override
    public void check() throws DoppelException {
        Optional<DoppelException> why = reason();
        if (why.isPresent()) {
            // A new one, because it is thrown on many threads and each adds what it meets while closing.
            throw new DoppelException(why.get().code(), why.get().what(), why.get());
        }
    }

    @Override
    public Subscription onCancel(Runnable action) {
        Runnable own = action::run;
        synchronized (this) {
            if (reason == null) {
                actions.add(own);
                return () -> {
                    synchronized (this) {
                        actions.remove(own);
                    }
                };
            }
        }
        run(own);
        return () -> {};
    }

    private static void run(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            LOG.warn("An action on cancelling failed", e);
        }
    }

    /** Lets go of the tokens and plug-ins it listens to. */
    @Override
    public void close() {
        synchronized (links) {
            links.forEach(Subscription::close);
            links.clear();
        }
    }
}
