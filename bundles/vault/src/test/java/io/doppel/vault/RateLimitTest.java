package io.doppel.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RateLimitTest {
    private static final int DAYS = 1 << 30;

    private final CountDownLatch waits = new CountDownLatch(1);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private Thread takes(RateLimit limit) {
        Thread thread = new Thread(() -> {
            try {
                limit.take(1, waits::countDown);
            } catch (DoppelException | RuntimeException | Error e) {
                failure.set(e);
            }
        });
        thread.start();
        return thread;
    }

    @Test
    void whoWaitsGoesOnWhenTheLimitIsLifted() throws Exception {
        AtomicLong rate = new AtomicLong(1);
        RateLimit limit = new RateLimit(rate::get);
        limit.take(DAYS, () -> {});
        Thread other = takes(limit);
        waits.await();
        rate.set(0);
        other.join();
        assertNull(failure.get());
    }

    @Test
    void whoWaitsGoesOnWhenTheLimitIsRaised() throws Exception {
        AtomicLong rate = new AtomicLong(1);
        RateLimit limit = new RateLimit(rate::get);
        limit.take(DAYS, () -> {});
        Thread other = takes(limit);
        waits.await();
        rate.set(1L << 40);
        other.join();
        assertNull(failure.get());
    }

    @Test
    void aLimitCountsForAllWhoShareItAndWhoIsToldToStopStops() throws Exception {
        RateLimit limit = new RateLimit(1);
        limit.take(DAYS, () -> {});
        DoppelException e = assertThrows(
                DoppelException.class,
                () -> limit.take(1, () -> {
                    throw new DoppelException(CommonError.CANCELLED, "Stop");
                }));
        assertEquals("Stop", e.what());
    }
}
