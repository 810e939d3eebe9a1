package io.doppel.core.internal.job;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobService.Subscription;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/**
 * Who uses what: machines (one user), hosts, vaults and the server (as many as the limits allow). A holder gets all it asks
 * for at once or waits, so nobody waits while holding; who came first is served first, but is passed by those who need
 * nothing of what it waits for. Safe for several threads.
 */
public final class Claims {
    private static final int EXCLUSIVE = Integer.MAX_VALUE / 2;

    private final ToIntFunction<Claim.Kind> limits;
    private final Map<Claim, Integer> held = new HashMap<>();
    private final List<Waiter> waiters = new ArrayList<>();

    private record Waiter(Collection<Claim> claims, CountDownLatch granted) {}

    /** @param limits how many may hold a claim of a kind at once; asked each time */
    public Claims(ToIntFunction<Claim.Kind> limits) {
        this.limits = limits;
    }

    /** What is held until closed; a second close does nothing. */
    public interface Hold extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Holds all of the claims, after waiting for them if need be.
     *
     * @param onWait told once what is waited for, before waiting
     * @throws DoppelException the token's reason; nothing is held then
     */
    public Hold acquire(Collection<Claim> claims, CancelToken cancel, Consumer<Claim> onWait) throws DoppelException {
        cancel.check();
        Waiter waiter = new Waiter(List.copyOf(claims), new CountDownLatch(1));
        Optional<Claim> missing;
        synchronized (this) {
            missing = firstMissing(waiter);
            if (missing.isEmpty()) {
                take(claims, 1);
                return hold(claims, 1);
            }
            waiters.add(waiter);
        }
        onWait.accept(missing.get());
        try (Subscription wake = cancel.onCancel(waiter.granted()::countDown)) {
            waiter.granted().await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            if (waiters.remove(waiter)) {
                // Not granted: what it kept back may be free for those behind it.
                grant();
                cancel.check();
                throw new IllegalStateException("interrupted while waiting for " + missing.get());
            }
        }
        return hold(claims, 1);
    }

    /** Holds a claim alone; empty if anybody holds it now. */
    public synchronized Optional<Hold> tryExclusive(Claim claim) {
        if (held.containsKey(claim)) {
            return Optional.empty();
        }
        take(List.of(claim), EXCLUSIVE);
        return Optional.of(hold(List.of(claim), EXCLUSIVE));
    }

    /** The first claim that keeps the waiter back. */
    private Optional<Claim> firstMissing(Waiter waiter) {
        for (Claim claim : waiter.claims()) {
            if (held.getOrDefault(claim, 0) >= limits.applyAsInt(claim.kind())) {
                return Optional.of(claim);
            }
        }
        return Optional.empty();
    }

    private void take(Collection<Claim> claims, int weight) {
        claims.forEach(claim -> held.merge(claim, weight, Integer::sum));
    }

    private Hold hold(Collection<Claim> claims, int weight) {
        boolean[] closed = new boolean[1];
        return () -> {
            synchronized (this) {
                if (closed[0]) {
                    return;
                }
                closed[0] = true;
                for (Claim claim : claims) {
                    held.computeIfPresent(claim, (c, n) -> n == weight ? null : n - weight);
                }
                grant();
            }
        };
    }

    private void grant() {
        for (Waiter waiter : List.copyOf(waiters)) {
            if (firstMissing(waiter).isEmpty()) {
                take(waiter.claims(), 1);
                waiters.remove(waiter);
                waiter.granted().countDown();
            }
        }
    }
}
