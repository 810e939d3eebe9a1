package io.doppel.catalog;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.job.JobTask;
import io.doppel.api.job.LogLine;
import io.doppel.api.job.Progress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Runs with their tasks and logs. Safe for several threads; changes are durable on return. Texts that are too long are
 * shortened and end with an ellipsis.
 */
@ProviderType
public interface RunRecords {
    /** Adds a run in state QUEUED under the next number. */
    JobRun add(JobDefinition definition, Instant submitted) throws DoppelException;

    /** Writes state, progress, times and outcome of a run. */
    void update(JobRun run) throws DoppelException;

    /**
     * A task to be added.
     *
     * @param name what it is about
     * @param results named results that are known before it starts
     */
    record NewTask(String name, Map<String, String> results) {
        /** Checks and copies. */
        public NewTask {
            Objects.requireNonNull(name);
            results = Map.copyOf(results);
        }
    }

    /** Adds tasks at the top of a run in state QUEUED, all or nothing, in this order. */
    List<JobTask> addTasks(long runId, List<NewTask> tasks) throws DoppelException;

    /** Adds a task under the next number. */
    JobTask addTask(long runId, Optional<Long> parentId, String name, JobState state, Optional<Instant> started)
            throws DoppelException;

    /** Writes state, progress, times, outcome and results of a task. */
    void updateTask(JobTask task) throws DoppelException;

    /** Adds a line to a run's log; a task id of 0 stands for the run itself. */
    void addLine(long runId, LogLine line) throws DoppelException;

    /** Writes progress of a run and of some of its tasks (by id), all or nothing. */
    void progress(long runId, Progress run, Map<Long, Progress> tasks) throws DoppelException;

    /** Writes a run and some of its tasks and adds a line, all or nothing. */
    void close(JobRun run, List<JobTask> tasks, LogLine line) throws DoppelException;

    /** The run of that number. */
    Optional<JobRun> find(long id) throws DoppelException;

    /** The newest runs, newest first. */
    List<JobRun> newest(int most) throws DoppelException;

    /** Runs that have not ended, oldest first. */
    List<JobRun> open() throws DoppelException;

    /** The tasks of a run in the order in which they were added. */
    List<JobTask> tasks(long runId) throws DoppelException;

    /** The log of a run in order. */
    List<LogLine> log(long runId) throws DoppelException;
}
