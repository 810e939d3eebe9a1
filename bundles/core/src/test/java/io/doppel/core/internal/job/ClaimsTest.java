package io.doppel.core.internal.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.job.CancelToken;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ClaimsTest {
    private static final Claim HOST = Claim.host("h");
    private static final Duration LONG = Duration.ofMinutes(2);

    private final Claims claims = new Claims(kind -> 3);

    @Test
    void whoWantsAClaimAloneWaitsForOneWhoHasItAlone() throws Exception {
        Claims.Hold sweep = claims.acquireExclusive(HOST, CancelToken.NEVER);
        CompletableFuture<Optional<Claims.Hold>> second =
                CompletableFuture.supplyAsync(() -> claims.tryExclusive(HOST, LONG));
        assertFalse(second.isDone());
        sweep.close();
        Claims.Hold hold = second.get(LONG.toSeconds(), TimeUnit.SECONDS).orElseThrow();
        assertEquals(Optional.empty(), claims.tryExclusive(HOST));
        hold.close();
        assertFalse(claims.isHeld(HOST));
    }

    @Test
    void whoWaitedInVainHoldsNothingLater() throws Exception {
        Claims.Hold sweep = claims.acquireExclusive(HOST, CancelToken.NEVER);
        assertEquals(Optional.empty(), claims.tryExclusive(HOST, Duration.ofMillis(1)));
        sweep.close();
        assertFalse(claims.isHeld(HOST));
    }

    @Test
    void aRunIsNotWaitedFor() throws Exception {
        try (Claims.Hold run = claims.acquire(List.of(HOST), CancelToken.NEVER, missing -> {})) {
            // a wait would be as long as the patience, which is longer than the test may take
            assertEquals(Optional.empty(), claims.tryExclusive(HOST, Duration.ofDays(1)));
        }
        assertTrue(claims.tryExclusive(HOST, Duration.ZERO).isPresent());
    }
}
