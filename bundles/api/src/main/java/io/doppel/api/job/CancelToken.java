package io.doppel.api.job;

import io.doppel.api.error.DoppelException;
import org.osgi.annotation.versioning.ProviderType;

/** Tells whether work shall stop. Safe for several threads. Long work asks at least every 200 ms. */
@ProviderType
public interface CancelToken {
    /** Of work that nobody stops: tools, tests. */
    CancelToken NEVER = new CancelToken() {
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
    };

    /** Whether it shall stop. */
    boolean isCancelled();

    /** Throws {@code CommonError.CANCELLED}, or the reason of another kind, if it shall stop. */
    void check() throws DoppelException;

    /**
     * Calls the action once when work shall stop, at once if it already shall; for closing what blocks.
     *
     * @return closing it takes the action back
     */
    JobService.Subscription onCancel(Runnable action);
}
