package io.doppel.core.internal.job;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobState;
import io.doppel.api.job.JobTask;
import io.doppel.api.job.LogLine;
import io.doppel.api.job.Progress;
import io.doppel.core.JobError;
import io.doppel.spi.job.TaskScope;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A task of a run that is open. Its run's lock guards it; progress alone is set without. */
final class LiveTask implements TaskScope {
    private final LiveRun run;
    private final Optional<LiveTask> parent;
    private final long id;
    private final String name;
    private final Map<String, String> results;
    private JobState state;
    private Optional<Instant> started;
    private Optional<Instant> ended = Optional.empty();
    private String outcome = "";
    private String errorCode = "";
    private boolean warned;
    /** Whether it ended although its work goes on. */
    private boolean abandoned;

    private boolean doneLate;

    private volatile Progress progress = Progress.NONE;
    private volatile boolean moved;

    LiveTask(LiveRun run, Optional<LiveTask> parent, JobTask row) {
        this.run = run;
        this.parent = parent;
        this.id = row.id();
        this.name = row.name();
        this.state = row.state();
        this.started = row.started();
        this.results = new HashMap<>(row.results());
    }

    long id() {
        return id;
    }

    JobState state() {
        synchronized (run) {
            return state;
        }
    }

    JobTask view() {
        synchronized (run) {
            return new JobTask(
                    id,
                    run.id(),
                    parent.map(LiveTask::id),
                    name,
                    state,
                    progress,
                    started,
                    ended,
                    outcome,
                    errorCode,
                    results);
        }
    }

    Progress progress() {
        return progress;
    }

    /** Whether it moved since this was asked last. */
    boolean takeMoved() {
        boolean was = moved;
        moved = false;
        return was;
    }

    boolean isUnder(LiveTask other) {
        return parent.isPresent() && (parent.get() == other || parent.get().isUnder(other));
    }

    /** Starts a queued task. */
    void start() {
        synchronized (run) {
            if (state == JobState.QUEUED) {
                state = JobState.RUNNING;
                started = Optional.of(Instant.now());
                run.changed(this);
            }
        }
    }

    @Override
    public TaskScope child(String childName) {
        return run.addChild(this, childName);
    }

    @Override
    public void progress(Progress now) {
        progress = now;
        moved = true;
        run.moved();
    }

    @Override
    public void log(LogLine.Level level, String text) {
        synchronized (run) {
            if (level == LogLine.Level.WARNING) {
                warned = true;
            }
            run.addLine(this, level, text);
        }
    }

    @Override
    public void result(String key, String value) {
        synchronized (run) {
            if (!state.isFinal()) {
                results.put(key, value);
                run.changed(this);
            }
        }
    }

    @Override
    public void succeed(String sentence) {
        synchronized (run) {
            if (abandoned && !doneLate) {
                doneLate = true;
                run.addLine(this, LogLine.Level.INFO, "Was done all the same, later: " + sentence);
            }
            boolean warning = warned || run.tasksUnder(this).anyMatch(t -> t.warned);
            end(warning ? JobState.WARNING : JobState.SUCCEEDED, sentence, "");
        }
    }

    @Override
    public void fail(DoppelException failure) {
        synchronized (run) {
            if (state.isFinal()) {
                return;
            }
            JobState end = stateOf(failure);
            if (end == JobState.FAILED) {
                run.addLine(this, LogLine.Level.ERROR, failure.getMessage());
            }
            end(end, failure.getMessage(), failure.code().id());
        }
    }

    /** Ends it although its work does not. */
    void abandon(DoppelException why) {
        synchronized (run) {
            if (!state.isFinal()) {
                run.addLine(
                        this,
                        LogLine.Level.WARNING,
                        "Not waited for any more, although a call to a plug-in or storage target has not come back; what it"
                                + " uses stays in use until it does");
                abandoned = true;
                fail(why);
            }
        }
    }

    /** Its work has ended, too. */
    void cameBack() {
        synchronized (run) {
            if (abandoned) {
                run.addLine(
                        this, LogLine.Level.INFO, "What was not waited for has come back; nothing is in use any more");
            }
        }
    }

    static JobState stateOf(DoppelException failure) {
        if (failure.is(CommonError.CANCELLED)) {
            return JobState.CANCELLED;
        }
        return failure.is(JobError.INTERRUPTED) ? JobState.INTERRUPTED : JobState.FAILED;
    }

    private void end(JobState end, String sentence, String code) {
        if (state.isFinal()) {
            return;
        }
        // Parts that were left open end the way their whole does.
        run.tasksUnder(this).filter(t -> t.parent.orElseThrow() == this).forEach(t -> t.end(end, sentence, code));
        state = end;
        outcome = sentence;
        errorCode = code;
        ended = Optional.of(Instant.now());
        run.changed(this);
    }
}
