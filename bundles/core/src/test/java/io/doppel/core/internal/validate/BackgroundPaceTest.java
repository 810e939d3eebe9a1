package io.doppel.core.internal.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.core.internal.job.CancelSource;
import io.doppel.core.internal.job.Claim;
import io.doppel.core.internal.job.Claims;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The background gives way to jobs, keeps to its rate, and follows when settings change. */
@Timeout(60)
class BackgroundPaceTest {
    private static final Claim VAULT = Claim.vault("v");

    private final Claims claims = new Claims(kind -> 4);
    private final TaskLog log = new TaskLog();
    private final CancelSource cancel = new CancelSource();
    private volatile ValidationSettings settings = settings(0, true);
    private final BackgroundPace pace = new BackgroundPace(claims, "v", () -> settings, log, cancel);

    private static ValidationSettings settings(long rate, boolean whenIdle) {
        return new ValidationSettings(Duration.ofDays(30), rate, whenIdle);
    }

    private Claims.Hold job() throws DoppelException {
        return claims.acquire(List.of(VAULT), CancelToken.NEVER, c -> {});
    }

    private CompletableFuture<Void> reading() throws InterruptedException {
        CompletableFuture<Void> read = CompletableFuture.runAsync(() -> {
            try {
                pace.read(1);
            } catch (DoppelException e) {
                throw new IllegalStateException(e);
            }
        });
        assertTrue(log.first.await(30, TimeUnit.SECONDS), "it waits");
        return read;
    }

    @Test
    void readsOnAtOnceWhileNobodyUsesTheVault() throws Exception {
        pace.read(1 << 20);
        assertEquals(List.of(), log.lines);
    }

    @Test
    void waitsUntilTheLastJobHasEndedAndHoldsNothing() throws Exception {
        Claims.Hold one = job();
        Claims.Hold two = job();
        CompletableFuture<Void> read = reading();
        one.close();
        assertThrows(TimeoutException.class, () -> read.get(200, TimeUnit.MILLISECONDS), "one uses it still");
        // others come and go while it waits
        job().close();
        assertFalse(read.isDone());
        two.close();
        read.get(30, TimeUnit.SECONDS);
        assertEquals(List.of("INFO Waits, because a job uses vault 'v'", "INFO Goes on"), log.lines);
        assertFalse(claims.isHeld(VAULT));
        assertTrue(claims.tryExclusive(VAULT).isPresent(), "nothing is left of the wait");
    }

    @Test
    void aJobNeedsNotWaitForIt() throws Exception {
        try (Claims.Hold one = job()) {
            CompletableFuture<Void> read = reading();
            for (int i = 0; i < 3; i++) {
                claims.acquire(List.of(VAULT), CancelToken.NEVER, c -> assertFalse(true, "a job waits"));
            }
            cancel.cancel(new DoppelException(CommonError.CANCELLED, "enough"));
            assertThrows(Exception.class, () -> read.get(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void goesOnBesideJobsIfSetSo() throws Exception {
        settings = settings(0, false);
        try (Claims.Hold one = job()) {
            pace.read(1 << 20);
        }
        assertEquals(List.of(), log.lines);
    }

    @Test
    void keepsToTheRateAndToANewOneAtOnce() throws Exception {
        settings = settings(10 << 20, true);
        long began = System.nanoTime();
        for (int i = 0; i < 10; i++) {
            pace.read(1 << 20);
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        // the first MiB is free
        assertTrue(seconds > 0.85, seconds + " s for 10 MiB at 10 MiB/s");
        settings = settings(0, true);
        began = System.nanoTime();
        for (int i = 0; i < 1000; i++) {
            pace.read(1 << 20);
        }
        assertTrue(System.nanoTime() - began < TimeUnit.SECONDS.toNanos(5), "no limit any more");
    }
}
