package io.doppel.core.internal.recovery;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.recovery.RecoveryStatus;
import io.doppel.catalog.VaultRecord;
import io.doppel.core.internal.job.Threads;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.vault.RecoveryCopies;
import io.doppel.vault.Vault;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts copies of this server into the vaults that it attached for writing: soon after something changed, after the start, and once a day.
 * On a thread of its own, so that no run waits for it and none fails because of it; what fails is logged, shown and tried again.
 */
public final class RecoveryCopier implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RecoveryCopier.class);
    private static final Duration DAY = Duration.ofDays(1);
    /** After a failure, so that a target that is away is not asked all the time. */
    private static final Duration PAUSE = Duration.ofMinutes(5);

    private static final long LAST_SECONDS = 10;

    private final Vaults vaults;
    private final CopyWriter writer;
    private final Clock clock;
    private final Duration delay;
    /** A change that comes while this is closed is of no use to anybody any more. */
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, Threads.named("doppel-recovery-copy"), new ThreadPoolExecutor.DiscardPolicy());

    private final AtomicLong changes = new AtomicLong(1);
    private final AtomicLong chances = new AtomicLong();
    private final AtomicBoolean waiting = new AtomicBoolean();
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /**
     * How it is with a vault.
     *
     * @param change number of changes that its newest copy has
     * @param copied when that was put; empty if it was not since the start
     * @param written it
     * @param problem why the last attempt failed
     * @param notBefore when the next may be made
     */
    private record Known(
            long change,
            Optional<Instant> copied,
            Optional<RecoveryCopies.Written> written,
            String problem,
            Instant notBefore) {
        static final Known NOTHING = new Known(0, Optional.empty(), Optional.empty(), "", Instant.EPOCH);
    }

    /**
     * Made by the core.
     *
     * @param delay how long further changes are waited for after the first; at most a minute
     */
    public RecoveryCopier(Vaults vaults, CopyWriter writer, Clock clock, Duration delay) {
        this.vaults = vaults;
        this.writer = writer;
        this.clock = clock;
        this.delay = delay;
        // what is waiting when this is closed is done by then
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        long minute = TimeUnit.MINUTES.toMillis(1);
        thread.scheduleWithFixedDelay(this::lookSafely, minute, minute, TimeUnit.MILLISECONDS);
    }

    /** Something that people would miss changed. Returns at once. */
    public void changed() {
        changes.incrementAndGet();
        lookSoon();
    }

    /** A storage type has appeared, or a vault has other settings: what failed without that need not wait. Returns at once. */
    public void tryAgain() {
        chances.incrementAndGet();
        known.replaceAll((vault, k) -> new Known(k.change(), k.copied(), k.written(), k.problem(), Instant.EPOCH));
        lookSoon();
    }

    private void lookSoon() {
        if (!closed && waiting.compareAndSet(false, true)) {
            thread.schedule(
                    () -> {
                        waiting.set(false);
                        lookSafely();
                    },
                    delay.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    private void lookSafely() {
        try {
            look(false);
        } catch (RuntimeException e) {
            // An exception would end the schedule, and with it all copies.
            LOG.error("Putting recovery copies failed", e);
        }
    }

    /** @param last only into vaults that are open, whatever failed before */
    private void look(boolean last) {
        try {
            Instant now = clock.instant();
            for (VaultRecord record : vaults.attachedForWriting()) {
                Known was = known(record.name());
                boolean may = last ? vaults.ifOpen(record.name()).isPresent() : !now.isBefore(was.notBefore());
                if (may && isDue(was, now)) {
                    copySafely(record.name());
                }
            }
        } catch (DoppelException e) {
            LOG.warn("Recovery copies cannot be put now: {}", e.getMessage());
        }
    }

    private boolean isDue(Known was, Instant now) {
        boolean old = was.copied()
                .map(at -> !now.isBefore(at.plus(DAY)) || now.isBefore(at))
                .orElse(true);
        return was.change() != changes.get() || old;
    }

    private Known known(String vault) {
        return known.getOrDefault(vault, Known.NOTHING);
    }

    private void copySafely(String name) {
        long chance = chances.get();
        try {
            copy(name);
        } catch (DoppelException e) {
            if (!known(name).problem().equals(e.getMessage())) {
                LOG.warn("Vault '{}' has no new recovery copy of this server: {}", name, e.getMessage());
            }
            failed(name, e, chance);
        }
    }

    /** @param chance number of the last call of {@link #tryAgain} before this was tried */
    private void failed(String name, DoppelException e, long chance) {
        Instant next = clock.instant().plus(PAUSE);
        known.compute(name, (n, before) -> {
            Known was = before == null ? Known.NOTHING : before;
            // what came meanwhile may be what was missing
            Instant notBefore = chance == chances.get() ? next : Instant.EPOCH;
            return new Known(was.change(), was.copied(), was.written(), e.getMessage(), notBefore);
        });
    }

    /** One at a time, so that the newest is the one that has the newest state. */
    private synchronized void copy(String name) throws DoppelException {
        long change = changes.get();
        Vault vault = vaults.open(name);
        Instant now = clock.instant();
        try {
            RecoveryCopies.Written written = writer.write(vault, now);
            known.put(name, new Known(change, Optional.of(now), Optional.of(written), "", Instant.EPOCH));
            LOG.debug("Vault '{}' has recovery copy {}", name, written.id());
        } catch (DoppelException e) {
            vaults.failed(name, vault, e);
            throw Vaults.named(name, vault, e);
        }
    }

    /** Puts a copy now. */
    RecoveryStatus copyNow(String name) throws DoppelException {
        if (vaults.attachedForWriting().stream().noneMatch(r -> r.name().equals(name))) {
            throw new DoppelException(
                    CommonError.NOT_FOUND, "There is no vault '" + name + "' that is attached for writing");
        }
        long chance = chances.get();
        try {
            copy(name);
        } catch (DoppelException e) {
            failed(name, e, chance);
            throw e;
        }
        return status(name);
    }

    /** How it is with all vaults that are attached for writing. */
    List<RecoveryStatus> status() throws DoppelException {
        List<RecoveryStatus> all = new ArrayList<>();
        for (VaultRecord record : vaults.attachedForWriting()) {
            all.add(status(record.name()));
        }
        return all;
    }

    private RecoveryStatus status(String name) {
        Known now = known(name);
        return new RecoveryStatus(
                name,
                now.copied(),
                now.copied()
                        .map(at -> Math.max(
                                0, Duration.between(at, clock.instant()).toSeconds()))
                        .orElse(-1L),
                now.written().map(RecoveryCopies.Written::id).orElse(""),
                now.written().map(RecoveryCopies.Written::bytes).orElse(0L),
                now.written().map(RecoveryCopies.Written::storedBytes).orElse(0L),
                now.change() != changes.get(),
                now.problem());
    }

    /** Puts what changed last into the vaults that are open, unless that takes long; then starts nothing more. */
    @Override
    public void close() {
        closed = true;
        Future<?> last = thread.submit(() -> look(true));
        try {
            last.get(LAST_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            LOG.warn("The last changes are in no recovery copy: a storage target does not answer");
        } catch (ExecutionException e) {
            LOG.error("Putting the last recovery copies failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            thread.shutdown();
        }
    }
}
