package io.doppel.core.internal.plugin;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobService.Subscription;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Tells whether a plug-in's service is still there. Closes once and for all when the service leaves. */
public final class Gate {
    private final String what;
    private final Set<Runnable> actions = new LinkedHashSet<>();
    private boolean gone;

    /** @param what the service, for people, for example {@code hypervisor type 'folder'} */
    public Gate(String what) {
        this.what = what;
    }

    /** Whether the service has left. */
    public synchronized boolean isGone() {
        return gone;
    }

    /** Throws {@link CommonError#PLUGIN_GONE} if the service has left. */
    public void check() throws DoppelException {
        if (isGone()) {
            throw failure();
        }
    }

    /** What is thrown once the service has left. */
    public DoppelException failure() {
        return new DoppelException(CommonError.PLUGIN_GONE, "The " + what + " has left");
    }

    /** Calls the action when the service leaves, at once if it already has. */
    public Subscription onGone(Runnable action) {
        Runnable own = action::run;
        synchronized (this) {
            if (!gone) {
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

    /** The service has left. */
    public void close() {
        List<Runnable> told;
        synchronized (this) {
            gone = true;
            told = List.copyOf(actions);
            actions.clear();
        }
        told.forEach(Runnable::run);
    }
}
