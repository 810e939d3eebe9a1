package io.doppel.core.internal.validate;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.job.LogLine;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.vault.ValidationView;
import io.doppel.catalog.Catalog;
import io.doppel.catalog.ClockMark;
import io.doppel.catalog.NamedRecords;
import io.doppel.catalog.ValidationRecords;
import io.doppel.catalog.VaultRecord;
import io.doppel.core.JobError;
import io.doppel.core.internal.job.Claim;
import io.doppel.core.internal.job.Claims;
import io.doppel.core.internal.job.JobEngine;
import io.doppel.core.internal.vault.VaultAdmin;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.spi.job.TaskScope;
import io.doppel.vault.Vault;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has vaults validated without anybody asking: what jobs wrote right afterwards, and each pack again by age. Each is a run like those of
 * people, which they see and can cancel; none of them takes a place in a queue or counts for a limit.
 *
 * <p>Once a minute it looks at the vaults that are open, and starts a round by age where a pack is due and nothing is in the way. A vault
 * that nobody has opened for {@link #LONG_CLOSED} is opened for a round. A round that was broken off, by a person or a failure, begins
 * again a day later at the earliest; what it did counts.
 */
public final class BackgroundValidation implements VaultAdmin.Validating, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BackgroundValidation.class);
    private static final Duration PAUSE = Duration.ofDays(1);
    private static final Duration LONG_CLOSED = Duration.ofHours(1);
    private static final Duration CLOCK_KEPT = Duration.ofHours(1);

    private final NamedRecords<VaultRecord> records;
    private final ValidationRecords kept;
    private final Vaults vaults;
    private final JobEngine jobs;
    private final Claims claims;
    private final Validation validation;
    private final SettingsSpec options;
    private final Supplier<Duration> clockGap;
    private final KeptSettings settings;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "doppel-validation");
        thread.setDaemon(true);
        return thread;
    });
    /** Vaults that are about to be forgotten. */
    private final Set<String> leaving = ConcurrentHashMap.newKeySet();

    private boolean closed;

    /** What this process knows of a vault. */
    private static final class Known {
        private NewPacks newPacks;
        private long newRun = -1;
        private long roundRun = -1;
        private Instant notBefore = Instant.EPOCH;
        /** What was damaged when that was last looked at; null if it never was. */
        private BitSet damaged;

        private ClockMark clock;
        private Instant clockKept = Instant.EPOCH;
        private boolean doubted;
    }

    /**
     * Made by the core.
     *
     * @param options of the kind {@code validate}, as which the runs are known
     * @param clockGap longest plausible time between two signs of a vault's use; asked each time
     */
    public BackgroundValidation(
            Catalog catalog,
            Vaults vaults,
            JobEngine jobs,
            Claims claims,
            Validation validation,
            SettingsSpec options,
            Supplier<Duration> clockGap) {
        this.records = catalog.vaults();
        this.kept = catalog.validation();
        this.vaults = vaults;
        this.jobs = jobs;
        this.claims = claims;
        this.validation = validation;
        this.options = options;
        this.clockGap = clockGap;
        this.settings = new KeptSettings(kept);
        timer.scheduleWithFixedDelay(this::lookSafely, 1, 1, TimeUnit.MINUTES);
    }

    private Known known(String vaultName) {
        return known.computeIfAbsent(vaultName, n -> new Known());
    }

    private VaultRecord record(String name) throws DoppelException {
        return records.find(name)
                .orElseThrow(() -> new DoppelException(CommonError.NOT_FOUND, "There is no vault '" + name + "'"));
    }

    /** Asks the catalogue once; later failures cannot be told to anybody, so what was known last counts. */
    private Supplier<ValidationSettings> settingsOf(VaultRecord vault) throws DoppelException {
        ValidationSettings first = settings.of(vault.id());
        return () -> {
            try {
                return settings.of(vault.id());
            } catch (DoppelException e) {
                LOG.warn("Vault '{}': settings cannot be read: {}", vault.name(), e.getMessage());
                return first;
            }
        };
    }

    /**
     * A job wrote packs to a vault: has them verified, as soon as may be. If it cannot be done now that is a warning of the job: what was
     * written is written, and its turn comes by age.
     */
    public void written(String vaultName, Written written, TaskScope job) {
        try {
            written(vaultName, written);
        } catch (DoppelException e) {
            job.log(LogLine.Level.WARNING, "What was written is not checked now: " + e.getMessage());
        }
    }

    private synchronized void written(String vaultName, Written written) throws DoppelException {
        Known now = known(vaultName);
        if (closed || leaving.contains(vaultName) || isOpen(now.newRun) && now.newPacks.offer(written)) {
            return;
        }
        VaultRecord record = record(vaultName);
        NewPacks work = new NewPacks(vaultName, vaults, validation, claims, settingsOf(record), options);
        work.offer(written);
        now.newPacks = work;
        now.newRun = jobs.startBeside(
                        new JobDefinition("", work.kind(), List.of(), Map.of("vault", vaultName, "new", "true")), work)
                .id();
    }

    private void lookSafely() {
        try {
            look();
        } catch (RuntimeException e) {
            // An exception would end the schedule, and with it all validation by age.
            LOG.error("Looking for packs to validate failed", e);
        }
    }

    /** Looks at all vaults, and starts what it is time for. Returns soon; called from one thread at a time. */
    public synchronized void look() {
        if (closed) {
            return;
        }
        try {
            for (VaultRecord vault : records.all()) {
                if (!vault.readOnly() && !leaving.contains(vault.name())) {
                    look(vault);
                }
            }
        } catch (DoppelException e) {
            LOG.warn("Which packs are to be validated cannot be found out now: {}", e.getMessage());
        }
    }

    private void look(VaultRecord record) throws DoppelException {
        Known now = known(record.name());
        Instant time = validation.clock().instant();
        boolean trusted = isClockTrusted(record, now, time);
        if (isOpen(now.roundRun) || isOpen(now.newRun)) {
            return;
        }
        Optional<Vault> open = vaults.ifOpen(record.name());
        settle(now, open, time);
        if (time.isBefore(now.notBefore)) {
            return;
        }
        ValidationSettings set = settings.of(record.id());
        if (set.whenIdle() && claims.isHeld(Claim.vault(record.name()))) {
            return;
        }
        boolean start;
        if (open.isEmpty()) {
            start = set.byAge() && trusted && !now.notBefore.equals(Instant.EPOCH);
            now.notBefore = time.plus(LONG_CLOSED);
        } else {
            BitSet damaged = open.get().packs().damaged();
            boolean news = now.damaged == null ? !damaged.isEmpty() : !damaged.equals(now.damaged);
            start = news
                    || set.byAge() && trusted && open.get().packs().due(time, set.after(), set.newAfter()).length > 0;
        }
        if (start) {
            round(record, now, set.byAge() && trusted);
        }
    }

    private boolean isOpen(long run) throws DoppelException {
        return run >= 0 && !jobs.run(run).state().isFinal();
    }

    /** Learns from runs that have ended. */
    private void settle(Known now, Optional<Vault> open, Instant time) throws DoppelException {
        if (now.roundRun >= 0) {
            JobRun run = jobs.run(now.roundRun);
            boolean whole = run.state() == JobState.SUCCEEDED
                    || run.state() == JobState.WARNING
                    || run.errorCode().equals(JobError.DAMAGE_FOUND.id());
            if (whole) {
                // what it found, it has kept with the versions
                now.damaged = open.map(v -> v.packs().damaged()).orElse(null);
            } else {
                now.notBefore = time.plus(PAUSE);
            }
        }
        now.roundRun = -1;
        now.newRun = -1;
    }

    private void round(VaultRecord record, Known now, boolean byAge) throws DoppelException {
        AgedPacks work = new AgedPacks(record.name(), vaults, validation, claims, settingsOf(record), byAge, options);
        String age = settings.of(record.id()).after().toSeconds() + "s";
        JobDefinition definition =
                new JobDefinition("", work.kind(), List.of(), Map.of("vault", record.name(), "older-than", age));
        now.roundRun = jobs.startBeside(definition, work).id();
    }

    private boolean isClockTrusted(VaultRecord record, Known now, Instant time) throws DoppelException {
        Optional<ClockMark> last = now.clock == null ? kept.clock(record.id()) : Optional.of(now.clock);
        ClockMark mark = ClockWatch.look(last, time, clockGap.get());
        boolean leapt = last.isPresent() && !mark.evenSince().equals(last.get().evenSince());
        if (leapt || Duration.between(now.clockKept, time).compareTo(CLOCK_KEPT) >= 0) {
            kept.putClock(record.id(), mark);
            now.clockKept = time;
        }
        now.clock = mark;
        boolean trusted = ClockWatch.trusted(mark, clockGap.get());
        if (!trusted && !now.doubted) {
            LOG.warn(
                    "Vault '{}': the clock leapt or the server was off for long; validation by age waits until {}",
                    record.name(),
                    mark.evenSince().plus(clockGap.get()));
        }
        now.doubted = !trusted;
        return trusted;
    }

    /** The vault is about to be forgotten: ends what goes on there. */
    @Override
    public void leave(String vaultName) throws DoppelException {
        long[] runs;
        synchronized (this) {
            leaving.add(vaultName);
            Known now = known.remove(vaultName);
            runs = now == null ? new long[0] : new long[] {now.newRun, now.roundRun};
        }
        for (long run : runs) {
            if (run >= 0) {
                jobs.cancel(run);
                try {
                    jobs.await(run);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new DoppelException(CommonError.CANCELLED, "The wait for run " + run + " was interrupted", e);
                }
            }
        }
    }

    @Override
    public void left(String vaultName) {
        leaving.remove(vaultName);
    }

    @Override
    public SettingsSpec spec() {
        return ValidationSettings.SPEC;
    }

    /** Sets it, and looks at once whether there is something to do now. */
    @Override
    public Map<String, String> set(String vaultName, Map<String, String> some) throws DoppelException {
        Map<String, String> all = settings.set(record(vaultName).id(), some);
        synchronized (this) {
            known(vaultName).notBefore = Instant.EPOCH;
            if (!closed) {
                timer.execute(this::lookSafely);
            }
        }
        return all;
    }

    /** How far the validation of an open vault has come. */
    @Override
    public ValidationView view(String vaultName, Vault vault) throws DoppelException {
        return ValidationFigures.of(
                vaultName,
                settings.text(record(vaultName).id()),
                vault.packs(),
                validation.clock().instant());
    }

    /** Starts nothing more; what goes on is ended by the job engine. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        timer.shutdown();
    }
}
