package io.doppel.core.internal.space;

import io.doppel.core.internal.job.Looks;
import io.doppel.core.internal.job.Threads;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the places between jobs, so that the log tells when one becomes low before a backup meets it. Opens no vault, and waits for no
 * target.
 */
public final class SpaceWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SpaceWatch.class);

    private final SpaceGuard guard;
    private final Looks looks = new Looks("doppel-space-look");
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(Threads.named("doppel-space-timer"));
    private Optional<ScheduledFuture<?>> going = Optional.empty();
    private boolean closed;

    /** Looks at what that guard watches over; never before {@link #every}. */
    public SpaceWatch(SpaceGuard guard) {
        this.guard = guard;
    }

    /** Looks so often from now on; zero for never. */
    public synchronized void every(Duration pause) {
        going.ifPresent(last -> last.cancel(false));
        long millis = pause.toMillis();
        going = closed || millis == 0
                ? Optional.empty()
                : Optional.of(timer.scheduleWithFixedDelay(this::lookSafely, millis, millis, TimeUnit.MILLISECONDS));
    }

    private void lookSafely() {
        try {
            look();
        } catch (RuntimeException e) {
            // an exception would end the schedule
            LOG.error("Looking for places that run full failed", e);
        }
    }

    /** Begins to look at all places now. */
    public void look() {
        guard.places().forEach(place -> looks.at(place.key(), () -> guard.look(place)));
    }

    @Override
    public synchronized void close() {
        closed = true;
        timer.shutdownNow();
        looks.close();
    }
}
