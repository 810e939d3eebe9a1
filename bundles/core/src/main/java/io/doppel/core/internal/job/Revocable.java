package io.doppel.core.internal.job;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobService.Subscription;
import io.doppel.core.internal.plugin.Gate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Does what a person waits for and may hang on a storage target, on a thread of its own. Who cancels waits a few seconds for it to undo
 * itself; if it hangs it is left alone and undoes itself when it comes back. Behind its decision it is carried out whatever comes.
 */
public final class Revocable {
    private static final long PATIENCE_SECONDS = 5;

    private final ThreadFactory threads;
    private final String what;

    /** @param what is done, for who cancels it, for example {@code Adding vault 'v'} */
    public Revocable(ThreadFactory threads, String what) {
        this.threads = threads;
        this.what = what;
    }

    /** What is done. */
    public interface Work<T> {
        /** Does it, or nothing. */
        T run(Decision decision) throws DoppelException;
    }

    /** Where work turns from what can be revoked to what is carried out. */
    public static final class Decision {
        private final CancelSource token = new CancelSource();
        private final CompletableFuture<Void> revoked = new CompletableFuture<>();
        private boolean made;

        /** Tells whether the work shall stop; never after {@link #make}. */
        public CancelToken token() {
            return token;
        }

        /**
         * From now on the work is carried out.
         *
         * @throws DoppelException why not, if it was revoked before
         */
        public synchronized void make() throws DoppelException {
            token.check();
            made = true;
        }

        private synchronized void revoke(DoppelException why) {
            if (!made) {
                token.cancel(why);
                revoked.complete(null);
            }
        }
    }

    /**
     * Does the work.
     *
     * @param gate tells when the plug-in leaves that it needs
     * @throws DoppelException what the work throws; {@link CommonError#CANCELLED}; {@link CommonError#PLUGIN_GONE}
     */
    public <T> T call(CancelToken cancel, Gate gate, Work<T> work) throws DoppelException {
        Decision decision = new Decision();
        CompletableFuture<T> result = new CompletableFuture<>();
        try (Subscription stops = cancel.onCancel(() -> decision.revoke(
                        new DoppelException(CommonError.CANCELLED, what + " was cancelled; nothing was changed")));
                Subscription leaves = gate.onGone(() -> decision.revoke(gate.failure()))) {
            decision.token().check();
            threads.newThread(() -> Aside.complete(result, () -> work.run(decision)))
                    .start();
            return await(result, decision);
        }
    }

    private <T> T await(CompletableFuture<T> result, Decision decision) throws DoppelException {
        try {
            CompletableFuture.anyOf(result.handle((value, failure) -> null), decision.revoked)
                    .get();
            if (decision.token().isCancelled()) {
                return result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
            return result.get();
        } catch (TimeoutException e) {
            decision.token().check();
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            decision.revoke(new DoppelException(CommonError.CANCELLED, what + " was interrupted", e));
            throw new DoppelException(CommonError.CANCELLED, what + " was interrupted", e);
        } catch (ExecutionException e) {
            throw Aside.own(e);
        }
    }
}
