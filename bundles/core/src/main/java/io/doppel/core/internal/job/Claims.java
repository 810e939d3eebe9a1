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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/**
 * Who uses what: machines (one user), hosts, vaults and the server (as many as the limits allow). A holder gets all it asks
 * for at once or waits, so nobody waits while holding; who came first is served first, but is passed by those who need
 * nothing of what it waits for. Safe for several threads.
 */
public final class Claims {
    private static final int EXCLUSIVE = Integer.MAX_VALUE / 2;
    /** Of somebody whom no limit counts. */
    private static final int BESIDE = -1;
    /** Of somebody who waits until nobody holds it, and then does not hold it either. */
    private static final int NOTHING = 0;

    private final ToIntFunction<Claim.Kind> limits;
    private final Map<Claim, Integer> held = new HashMap<>();
    /** How many hold what beside those that the limits count. */
    private final Map<Claim, Integer> beside = new HashMap<>();

    private final List<Waiter> waiters = new ArrayList<>();

    /** Somebody who wants claims; with a weight of {@link #EXCLUSIVE} nobody else may have them. */
    private record Waiter(Collection<Claim> claims, int weight, CountDownLatch granted) {}

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
        return acquire(new Waiter(List.copyOf(claims), 1, new CountDownLatch(1)), cancel, onWait);
    }

    /** Holds a claim alone, after waiting until nobody holds it. */
    public Hold acquireExclusive(Claim claim, CancelToken cancel) throws DoppelException {
        return acquire(new Waiter(List.of(claim), EXCLUSIVE, new CountDownLatch(1)), cancel, c -> {});
    }

    /** Holds a claim beside any number of others; only those that want it alone wait for each other. */
    public Hold acquireBeside(Claim claim, CancelToken cancel, Consumer<Claim> onWait) throws DoppelException {
        return acquire(new Waiter(List.of(claim), BESIDE, new CountDownLatch(1)), cancel, onWait);
    }

    /** Whether anybody holds it. */
    public synchronized boolean isHeld(Claim claim) {
        return held.containsKey(claim) || beside.containsKey(claim);
    }

    /** Waits until nobody holds the claim; holds nothing. */
    public void awaitFree(Claim claim, CancelToken cancel) throws DoppelException {
        acquire(new Waiter(List.of(claim), NOTHING, new CountDownLatch(1)), cancel, c -> {})
                .close();
    }

    private Hold acquire(Waiter waiter, CancelToken cancel, Consumer<Claim> onWait) throws DoppelException {
        cancel.check();
        Optional<Claim> missing;
        synchronized (this) {
            missing = firstMissing(waiter);
            if (missing.isEmpty()) {
                return take(waiter);
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
                cancel.check();
                throw new IllegalStateException("interrupted while waiting for " + missing.get());
            }
        }
        return waiter.weight() == NOTHING ? () -> {} : hold(waiter);
    }

    /** Holds a claim alone; empty if anybody holds it now. */
    public synchronized Optional<Hold> tryExclusive(Claim claim) {
        Waiter waiter = new Waiter(List.of(claim), EXCLUSIVE, new CountDownLatch(0));
        return firstMissing(waiter).isPresent() ? Optional.empty() : Optional.of(take(waiter));
    }

    /** The first claim that keeps the waiter back. */
    private Optional<Claim> firstMissing(Waiter waiter) {
        for (Claim claim : waiter.claims()) {
            int most = switch (waiter.weight()) {
                case EXCLUSIVE, NOTHING -> 1;
                case BESIDE -> EXCLUSIVE;
                default -> limits.applyAsInt(claim.kind());
            };
            boolean alone = waiter.weight() == EXCLUSIVE || waiter.weight() == NOTHING;
            if (held.getOrDefault(claim, 0) >= most || alone && beside.containsKey(claim)) {
                return Optional.of(claim);
            }
        }
        return Optional.empty();
    }

    private Hold take(Waiter waiter) {
        if (waiter.weight() == NOTHING) {
            return () -> {};
        }
        boolean counted = waiter.weight() != BESIDE;
        waiter.claims()
                .forEach(claim -> (counted ? held : beside).merge(claim, Math.abs(waiter.weight()), Integer::sum));
        return hold(waiter);
    }

    private Hold hold(Waiter waiter) {
        AtomicBoolean closed = new AtomicBoolean();
        return () -> {
            if (closed.compareAndSet(false, true)) {
                release(waiter);
            }
        };
    }

    private synchronized void release(Waiter waiter) {
        for (Claim claim : waiter.claims()) {
            int weight = Math.abs(waiter.weight());
            Map<Claim, Integer> holders = waiter.weight() == BESIDE ? beside : held;
            holders.computeIfPresent(claim, (c, n) -> n == weight ? null : n - weight);
        }
        for (Waiter next : List.copyOf(waiters)) {
            if (firstMissing(next).isEmpty()) {
                take(next);
                waiters.remove(next);
                next.granted().countDown();
            }
        }
    }
}
