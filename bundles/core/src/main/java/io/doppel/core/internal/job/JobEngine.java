package io.doppel.core.internal.job;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobEvent;
import io.doppel.api.job.JobKind;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobService;
import io.doppel.api.job.JobState;
import io.doppel.api.job.JobTask;
import io.doppel.api.job.LogLine;
import io.doppel.api.job.MachinePlan;
import io.doppel.api.settings.Settings;
import io.doppel.catalog.Catalog;
import io.doppel.catalog.RunRecords;
import io.doppel.core.JobError;
import io.doppel.core.internal.plugin.Gate;
import io.doppel.core.internal.plugin.Plugin;
import io.doppel.core.internal.plugin.Registry;
import io.doppel.spi.job.JobHandler;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The job service: queues runs, carries them out on bounded threads and keeps them in the catalogue. */
public final class JobEngine implements JobService, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JobEngine.class);
    private static final long TICK_MILLIS = 250;
    private static final int TICKS_PER_SAVE = 4;
    private static final long STOP_SECONDS = 20;

    private final Catalog catalog;
    private final RunRecords records;
    private final Registry<JobHandler> handlers;
    private final HostAccess hosts;
    private final Claims claims;
    private final Room room;
    private final EventBus events = new EventBus();
    private final Map<Long, LiveRun> live = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor runThreads;
    private final ExecutorService besideThreads = Executors.newCachedThreadPool(Threads.named("doppel-beside"));
    private final ExecutorService workThreads = Executors.newCachedThreadPool(Threads.named("doppel-work"));
    private final ScheduledExecutorService ticker =
            Executors.newSingleThreadScheduledExecutor(Threads.named("doppel-ticker"));
    private volatile Limits limits;
    private int ticks;

    /** Closes runs that were open when the server ended, then takes jobs. */
    public JobEngine(
            Catalog catalog, Registry<JobHandler> handlers, HostAccess hosts, Claims claims, Room room, Limits limits)
            throws DoppelException {
        this.catalog = catalog;
        this.records = catalog.runs();
        this.handlers = handlers;
        this.hosts = hosts;
        this.claims = claims;
        this.room = room;
        this.limits = limits;
        InterruptedRuns.close(records);
        runThreads = new ThreadPoolExecutor(
                limits.runs(),
                limits.runs(),
                1,
                TimeUnit.MINUTES,
                new LinkedBlockingQueue<>(),
                Threads.named("doppel-run"));
        runThreads.allowCoreThreadTimeOut(true);
        ticker.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Changes how many runs go on at once, and what counts for those that begin; those under way are not touched. */
    public synchronized void setLimits(Limits now) {
        limits = now;
        int runs = now.runs();
        runThreads.setCorePoolSize(Math.min(runs, runThreads.getCorePoolSize()));
        runThreads.setMaximumPoolSize(runs);
        runThreads.setCorePoolSize(runs);
    }

    @Override
    public List<JobKind> kinds() {
        return handlers.all().stream()
                .map(Plugin::service)
                .map(h -> new JobKind(h.kind(), h.title(), h.options()))
                .toList();
    }

    @Override
    public void define(JobDefinition definition) throws DoppelException {
        if (definition.name().isBlank()) {
            throw new DoppelException(CommonError.MISSING_SETTING, "A kept definition needs a name");
        }
        check(definition);
        catalog.definitions().put(definition);
    }

    @Override
    public List<JobDefinition> definitions() {
        try {
            return catalog.definitions().all();
        } catch (DoppelException e) {
            throw unreadable(e);
        }
    }

    @Override
    public void undefine(String name) throws DoppelException {
        if (!catalog.definitions().remove(name)) {
            throw new DoppelException(CommonError.NOT_FOUND, "There is no definition '" + name + "'");
        }
    }

    @Override
    public JobRun submit(JobDefinition definition) throws DoppelException {
        JobHandler handler = check(definition);
        // here already, where nothing is written yet; the run tells what is low when it begins
        room.require(RunExecution.fills(handler, handler.options().parse(definition.options())), Optional.empty());
        Place place = Place.of(handler);
        return start(definition, handlers::get, place == Place.LIMITED ? runThreads : besideThreads);
    }

    /**
     * Starts a run of the core's own work beside those of people: it waits in no queue, and keeps none of theirs waiting in one.
     *
     * @param definition what people see of it, and retry
     * @param work what is done; its place is not {@link Place#LIMITED}
     */
    public JobRun startBeside(JobDefinition definition, CoreHandler work) throws DoppelException {
        Plugin<JobHandler> handler = new Plugin<>(work.kind(), work, new Gate("job kind '" + work.kind() + "'"));
        return start(definition, kind -> handler, besideThreads);
    }

    private JobRun start(JobDefinition definition, RunExecution.Handlers found, Executor threads)
            throws DoppelException {
        LiveRun run = new LiveRun(records.add(definition, Instant.now()), records, events);
        live.put(run.id(), run);
        JobRun view = run.view();
        run.announce();
        threads.execute(() -> {
            new RunExecution(run, found, hosts, claims, room, workThreads, limits).run();
            settle(run);
        });
        return view;
    }

    @Override
    public List<MachinePlan> preview(JobDefinition definition) throws DoppelException {
        return Preview.of(definition, check(definition), hosts);
    }

    private JobHandler check(JobDefinition definition) throws DoppelException {
        JobHandler handler = handlers.find(definition.kind())
                .orElseThrow(() ->
                        new DoppelException(JobError.UNKNOWN_KIND, "There is no kind '" + definition.kind() + "'"))
                .service();
        // Definitions and runs are kept in the catalogue, where no secret may be.
        if (handler.options().fields().stream()
                .anyMatch(f -> f.isSecret() && definition.options().containsKey(f.name()))) {
            throw new DoppelException(CommonError.UNSUPPORTED, "A job cannot take a secret as an option");
        }
        Settings options = handler.options().parse(definition.options());
        List<Selection> patterns = Selection.parse(definition.machines());
        if (handler.perMachine() == patterns.isEmpty()) {
            throw new DoppelException(
                    JobError.BAD_SELECTION,
                    "Kind '" + definition.kind() + "' needs " + (handler.perMachine() ? "machines" : "no machines"));
        }
        if (CoreHandler.machines(handler, options).isPresent()) {
            // what there is may only be known when the run looks
            return handler;
        }
        List<String> known = hosts.hostNames();
        for (Selection pattern : patterns) {
            if (known.stream().noneMatch(pattern::matchesHost)) {
                throw new DoppelException(JobError.BAD_SELECTION, "There is no host '" + pattern.host() + "'");
            }
        }
        return handler;
    }

    /** Forgets a run that has ended once its end is kept. */
    private void settle(LiveRun run) {
        if (run.save()) {
            live.remove(run.id());
        }
    }

    private void tick() {
        try {
            boolean keep = ++ticks % TICKS_PER_SAVE == 0;
            for (LiveRun run : live.values()) {
                run.tick(keep);
                if (keep && run.end().isDone()) {
                    settle(run);
                }
            }
        } catch (RuntimeException e) {
            // An exception would end the schedule, and with it all progress.
            LOG.error("Telling of progress failed", e);
        }
    }

    @Override
    public JobRun run(long id) throws DoppelException {
        LiveRun open = live.get(id);
        if (open != null) {
            return open.view();
        }
        return records.find(id).orElseThrow(() -> new DoppelException(JobError.NO_RUN, "There is no run " + id));
    }

    @Override
    public List<JobRun> runs(int most) {
        try {
            return records.newest(most).stream()
                    .map(row -> Optional.ofNullable(live.get(row.id()))
                            .map(LiveRun::view)
                            .orElse(row))
                    .toList();
        } catch (DoppelException e) {
            throw unreadable(e);
        }
    }

    @Override
    public List<JobTask> tasks(long runId) throws DoppelException {
        LiveRun open = live.get(runId);
        if (open != null) {
            return open.taskViews();
        }
        run(runId);
        return records.tasks(runId);
    }

    @Override
    public List<LogLine> log(long runId) throws DoppelException {
        run(runId);
        return records.log(runId);
    }

    @Override
    public void cancel(long runId) throws DoppelException {
        LiveRun open = live.get(runId);
        if (open == null) {
            run(runId);
            return;
        }
        open.cancel(new DoppelException(CommonError.CANCELLED, "Run " + runId + " was cancelled"));
    }

    @Override
    public JobRun retryFailed(long runId) throws DoppelException {
        JobRun old = run(runId);
        if (!old.state().isFinal()) {
            throw new DoppelException(JobError.NOT_ENDED, "Run " + runId + " has not ended");
        }
        List<JobTask> tops =
                tasks(runId).stream().filter(t -> t.parentId().isEmpty()).toList();
        List<JobTask> failed =
                tops.stream().filter(t -> !RunOutcome.isGood(t.state())).toList();
        if (failed.isEmpty() && RunOutcome.isGood(old.state())) {
            throw new DoppelException(JobError.NOTHING_FAILED, "Run " + runId + " has no failed part");
        }
        JobDefinition was = old.definition();
        List<String> machines = new ArrayList<>();
        failed.forEach(t ->
                Optional.ofNullable(t.results().get(RunExecution.SELECTION)).ifPresent(machines::add));
        if (machines.isEmpty()) {
            return submit(was);
        }
        was.machines().stream().filter(m -> m.startsWith("!")).forEach(machines::add);
        return submit(new JobDefinition(was.name(), was.kind(), machines, was.options()));
    }

    @Override
    public JobRun await(long runId) throws DoppelException, InterruptedException {
        LiveRun open = live.get(runId);
        if (open != null) {
            try {
                return open.end().get();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
        return run(runId);
    }

    @Override
    public Subscription subscribe(Consumer<JobEvent> listener) {
        return events.subscribe(listener);
    }

    private static IllegalStateException unreadable(DoppelException e) {
        return new IllegalStateException(e.getMessage(), e);
    }

    /** Ends all runs as interrupted and waits for them. */
    @Override
    public void close() {
        runThreads.shutdown();
        besideThreads.shutdown();
        DoppelException stops = new DoppelException(JobError.INTERRUPTED, "The server was stopped");
        live.values().forEach(run -> {
            if (run.view().state() == JobState.RUNNING) {
                run.log(LogLine.Level.INFO, "The server stops");
            }
            run.cancel(stops);
        });
        try {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
            if (!runThreads.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)
                    || !besideThreads.awaitTermination(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                LOG.warn("Runs {} do not stop; they are closed at the next start", live.keySet());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ticker.shutdownNow();
        workThreads.shutdown();
        events.close();
    }
}
