package io.doppel.core.internal.job;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobService.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/**
 * Who uses what: machines (one user), hosts, vaults and the server (as many as the limits allow). A holder gets all it asks
 * for at once or waits, so nobody waits while holding; who came first is served first, but is passed by those who need
 * nothing of what it waits for. Safe for several threads.
 */
public final class Claims {
    private final ToIntFunction<Claim.Kind> limits;
    /** In which ways each claim is held; claims that nobody holds are not in it. */
    private final Map<Claim, List<Way>> held = new HashMap<>();

    private final List<Waiter> waiters = new ArrayList<>();

    /** How somebody wants claims. */
    private enum Way {
        /** As one of those whom the limit counts. */
        SHARED,
        /** Beside any number of others, whom no limit counts. */
        BESIDE,
        /** With nobody else. */
        ALONE,
        /** Not at all, once nobody else has them. */
        LOOK
    }

    /** Somebody who wants claims. */
    private record Waiter(Collection<Claim> claims, Way way, CountDownLatch granted) {}

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
        return acquire(new Waiter(List.copyOf(claims), Way.SHARED, new CountDownLatch(1)), cancel, onWait);
    }

    /** Holds a claim alone, after waiting until nobody holds it. */
    public Hold acquireExclusive(Claim claim, CancelToken cancel) throws DoppelException {
        return acquire(new Waiter(List.of(claim), Way.ALONE, new CountDownLatch(1)), cancel, c -> {});
    }

    /** Holds a claim beside any number of others; only those that want it alone wait for each other. */
    public Hold acquireBeside(Claim claim, CancelToken cancel, Consumer<Claim> onWait) throws DoppelException {
        return acquire(new Waiter(List.of(claim), Way.BESIDE, new CountDownLatch(1)), cancel, onWait);
    }

    /** Whether anybody holds it. */
    public synchronized boolean isHeld(Claim claim) {
        return held.containsKey(claim);
    }

    /** Waits until nobody holds the claim; holds nothing. */
    public void awaitFree(Claim claim, CancelToken cancel) throws DoppelException {
        acquire(new Waiter(List.of(claim), Way.LOOK, new CountDownLatch(1)), cancel, c -> {})
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
        return hold(waiter);
    }

    /** Holds a claim alone; empty if anybody holds it now. */
    public Optional<Hold> tryExclusive(Claim claim) {
        return tryExclusive(claim, Duration.ZERO);
    }

    /**
     * The same, but waits for somebody who holds it alone, which is for something short.
     *
     * @param patience how long
     */
    public Optional<Hold> tryExclusive(Claim claim, Duration patience) {
        Waiter waiter = new Waiter(List.of(claim), Way.ALONE, new CountDownLatch(1));
        synchronized (this) {
            if (firstMissing(waiter).isEmpty()) {
                return Optional.of(take(waiter));
            }
            if (!held.getOrDefault(claim, List.of()).contains(Way.ALONE)) {
                return Optional.empty();
            }
            waiters.add(waiter);
        }
        try {
            waiter.granted().await(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            return waiters.remove(waiter) ? Optional.empty() : Optional.of(hold(waiter));
        }
    }

    /** The first claim that keeps the waiter back. */
    private Optional<Claim> firstMissing(Waiter waiter) {
        return waiter.claims().stream()
                .filter(claim -> !admits(claim, waiter.way()))
                .findFirst();
    }

    private boolean admits(Claim claim, Way way) {
        List<Way> there = held.getOrDefault(claim, List.of());
        if (there.contains(Way.ALONE)) {
            return false;
        }
        return switch (way) {
            case SHARED -> Collections.frequency(there, Way.SHARED) < limits.applyAsInt(claim.kind());
            case BESIDE -> true;
            case ALONE, LOOK -> there.isEmpty();
        };
    }

    private Hold take(Waiter waiter) {
        if (waiter.way() != Way.LOOK) {
            waiter.claims()
                    .forEach(claim ->
                            held.computeIfAbsent(claim, c -> new ArrayList<>()).add(waiter.way()));
        }
        return hold(waiter);
    }

    private Hold hold(Waiter waiter) {
        if (waiter.way() == Way.LOOK) {
            return () -> {};
        }
        AtomicBoolean closed = new AtomicBoolean();
        return () -> {
            if (closed.compareAndSet(false, true)) {
                release(waiter);
            }
        };
    }

    private synchronized void release(Waiter waiter) {
        for (Claim claim : waiter.claims()) {
            held.computeIfPresent(claim, (c, there) -> {
                there.remove(waiter.way());
                return there.isEmpty() ? null : there;
            });
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
