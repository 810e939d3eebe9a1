package io.doppel.core.internal.job;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobEvent;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.job.JobTask;
import io.doppel.api.job.LogLine;
import io.doppel.api.job.Progress;
import io.doppel.catalog.RunRecords;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run that is open: what the catalogue holds of it, plus progress, which gets there once a second. State changes and log
 * lines are durable before anybody is told of them.
 */
final class LiveRun {
    private static final Logger LOG = LoggerFactory.getLogger(LiveRun.class);
    /** Number of a task that the catalogue refused to take; its run is ending. */
    private static final long UNKEPT = -1;

    private final RunRecords records;
    private final EventBus events;
    private final CancelSource token = new CancelSource();
    private final CompletableFuture<JobRun> end = new CompletableFuture<>();
    private final List<LiveTask> tasks = new ArrayList<>();
    private final long id;
    private final JobDefinition definition;
    private final Instant submitted;
    private JobState state = JobState.QUEUED;
    private Optional<Instant> started = Optional.empty();
    private Optional<Instant> ended = Optional.empty();
    private String outcome = "";
    private String errorCode = "";
    private final Set<String> toldPlaces = new HashSet<>();
    private boolean warned;
    private boolean saved;
    /** Whether something of the run could not be kept when it happened. */
    private boolean unkept;

    private volatile boolean moved;

    LiveRun(JobRun row, RunRecords records, EventBus events) {
        this.id = row.id();
        this.definition = row.definition();
        this.submitted = row.submitted();
        this.records = records;
        this.events = events;
    }

    long id() {
        return id;
    }

    JobDefinition definition() {
        return definition;
    }

    CancelSource token() {
        return token;
    }

    CompletableFuture<JobRun> end() {
        return end;
    }

    synchronized JobRun view() {
        Progress sum = tasks.stream().map(LiveTask::progress).reduce(Progress.NONE, Progress::plus);
        return new JobRun(id, definition, state, sum, submitted, started, ended, outcome, errorCode);
    }

    synchronized List<JobTask> taskViews() {
        return tasks.stream().map(LiveTask::view).toList();
    }

    /** Tells of the run as it is. */
    synchronized void announce() {
        events.publish(new JobEvent(view(), Optional.empty(), Optional.empty()));
    }

    /** From queued to running; false if it was cancelled before. */
    synchronized boolean start() {
        if (state != JobState.QUEUED) {
            return false;
        }
        state = JobState.RUNNING;
        started = Optional.of(Instant.now());
        keep(() -> records.update(view()));
        announce();
        return true;
    }

    /** Asks it to stop; one that has not started ends at once. */
    void cancel(DoppelException why) {
        synchronized (this) {
            if (state == JobState.QUEUED) {
                finish(LiveTask.stateOf(why), why.getMessage(), why.code().id());
            } else if (state == JobState.RUNNING && !token.isCancelled()) {
                log(LogLine.Level.INFO, "Told to stop: " + why.what());
            }
        }
        token.cancel(why);
    }

    synchronized List<LiveTask> addTasks(List<RunRecords.NewTask> wanted) throws DoppelException {
        List<LiveTask> added = new ArrayList<>();
        for (JobTask row : records.addTasks(id, wanted)) {
            added.add(new LiveTask(this, Optional.empty(), row));
        }
        tasks.addAll(added);
        added.forEach(this::announce);
        return added;
    }

    synchronized LiveTask addChild(LiveTask parent, String name) {
        if (parent.state().isFinal()) {
            // of work that goes on although its task has ended, and the run perhaps, too
            return new LiveTask(this, Optional.of(parent), unkept(parent, name, parent.state()));
        }
        JobTask row;
        Optional<Instant> now = Optional.of(Instant.now());
        try {
            row = records.addTask(id, Optional.of(parent.id()), name, JobState.RUNNING, now);
        } catch (DoppelException e) {
            broken(e);
            row = unkept(parent, name, JobState.RUNNING);
        }
        LiveTask child = new LiveTask(this, Optional.of(parent), row);
        tasks.add(child);
        announce(child);
        return child;
    }

    private JobTask unkept(LiveTask parent, String name, JobState state) {
        return new JobTask(
                UNKEPT,
                id,
                Optional.of(parent.id()),
                name,
                state,
                Progress.NONE,
                Optional.of(Instant.now()),
                Optional.empty(),
                "",
                "",
                Map.of());
    }

    synchronized Stream<LiveTask> tasksUnder(LiveTask top) {
        return List.copyOf(tasks).stream().filter(t -> t.isUnder(top));
    }

    synchronized void changed(LiveTask task) {
        JobTask view = task.view();
        if (view.id() != UNKEPT) {
            keep(() -> records.updateTask(view));
        }
        announce(task);
    }

    /** Adds a line about the run itself. */
    synchronized void log(LogLine.Level level, String text) {
        warned |= level == LogLine.Level.WARNING;
        addLine(0, Optional.empty(), level, text);
    }

    /** Adds lines about the room there is, one for each place. */
    synchronized void tell(List<Room.Note> notes) {
        for (Room.Note note : notes) {
            if (toldPlaces.add(note.level() + note.place())) {
                log(note.level(), note.text());
            }
        }
    }

    synchronized void addLine(LiveTask task, LogLine.Level level, String text) {
        addLine(task.id() == UNKEPT ? 0 : task.id(), Optional.of(task.view()), level, text);
    }

    private void addLine(long taskId, Optional<JobTask> task, LogLine.Level level, String text) {
        LogLine line = new LogLine(Instant.now(), taskId, level, text);
        keep(() -> records.addLine(id, line));
        events.publish(new JobEvent(view(), task, Optional.of(line)));
    }

    void moved() {
        moved = true;
    }

    /** Tells of progress, if there was any, and keeps it if it is time to. */
    void tick(boolean keep) {
        if (moved && !end.isDone()) {
            moved = false;
            announce();
        }
        if (keep) {
            keepProgress();
        }
    }

    private synchronized void keepProgress() {
        Map<Long, Progress> changed = new HashMap<>();
        for (LiveTask task : tasks) {
            if (task.takeMoved() && task.id() != UNKEPT) {
                changed.put(task.id(), task.progress());
            }
        }
        if (!changed.isEmpty() && !state.isFinal()) {
            keep(() -> records.progress(id, view().progress(), changed));
        }
    }

    /** Ends the run as its tasks ended. */
    synchronized void finishByTasks() {
        List<JobTask> tops =
                taskViews().stream().filter(t -> t.parentId().isEmpty()).toList();
        JobState worst = RunOutcome.state(tops, warned);
        String code = tops.stream()
                .map(JobTask::errorCode)
                .filter(c -> !c.isEmpty())
                .findFirst()
                .orElse("");
        finish(worst, RunOutcome.sentence(tops), code);
    }

    /** Ends the run because of something that concerns all of it. */
    synchronized void fail(DoppelException failure) {
        if (state.isFinal()) {
            return;
        }
        tasks.forEach(t -> t.fail(failure));
        JobState last = LiveTask.stateOf(failure);
        if (last == JobState.FAILED) {
            addLine(0, Optional.empty(), LogLine.Level.ERROR, failure.getMessage());
        }
        finish(last, failure.getMessage(), failure.code().id());
    }

    private void finish(JobState last, String sentence, String code) {
        state = last;
        outcome = sentence;
        errorCode = code;
        ended = Optional.of(Instant.now());
        save();
        announce();
        end.complete(view());
    }

    /** Keeps the end of the run; tried again each second until it succeeds. Tells whether it is kept. */
    synchronized boolean save() {
        if (state.isFinal() && !saved) {
            try {
                if (unkept) {
                    for (LiveTask task : tasks) {
                        if (task.id() != UNKEPT) {
                            records.updateTask(task.view());
                        }
                    }
                }
                records.update(view());
                saved = true;
            } catch (DoppelException e) {
                LOG.error("The end of run {} cannot be kept yet: {}", id, e.getMessage());
            }
        }
        return saved;
    }

    private interface Keeping {
        void run() throws DoppelException;
    }

    private void keep(Keeping keeping) {
        try {
            keeping.run();
        } catch (DoppelException e) {
            broken(e);
        }
    }

    /** A run that cannot be recorded must not go on in the dark. */
    private void broken(DoppelException e) {
        LOG.error("Run {} stops, because it cannot be recorded: {}", id, e.getMessage());
        unkept = true;
        token.cancel(e);
    }

    private void announce(LiveTask task) {
        events.publish(new JobEvent(view(), Optional.of(task.view()), Optional.empty()));
    }
}
