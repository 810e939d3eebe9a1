package io.doppel.core.internal.validate;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.LogLine;
import io.doppel.core.internal.job.Claim;
import io.doppel.core.internal.job.Claims;
import io.doppel.spi.job.TaskScope;
import io.doppel.vault.RateLimit;
import io.doppel.vault.VerifyOptions;
import java.util.function.Supplier;

/** Gives way to the jobs that use a vault, if it is set so, and keeps to the vault's rate. Used by one thread. */
final class BackgroundPace implements VerifyOptions.Pace {
    private final Claims claims;
    private final Claim vault;
    private final Supplier<ValidationSettings> settings;
    private final TaskScope task;
    private final CancelToken cancel;
    private long rate;
    private RateLimit limit = new RateLimit(0);

    /** @param settings those of the vault; asked each time */
    BackgroundPace(
            Claims claims, String vault, Supplier<ValidationSettings> settings, TaskScope task, CancelToken cancel) {
        this.claims = claims;
        this.vault = Claim.vault(vault);
        this.settings = settings;
        this.task = task;
        this.cancel = cancel;
    }

    @Override
    public void read(int bytes) throws DoppelException {
        ValidationSettings now = settings.get();
        if (now.rate() != rate) {
            rate = now.rate();
            limit = new RateLimit(rate);
        }
        limit.take(bytes, cancel::check);
        if (now.whenIdle() && claims.isHeld(vault)) {
            task.log(LogLine.Level.INFO, "Waits, because a job uses " + vault);
            claims.awaitFree(vault, cancel);
            task.log(LogLine.Level.INFO, "Goes on");
        }
    }
}
