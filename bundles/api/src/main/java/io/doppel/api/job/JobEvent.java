package io.doppel.api.job;

import java.util.Objects;
import java.util.Optional;

/**
 * Something changed in a run. Progress events come at most a few times a second for each run.
 *
 * @param run the run as it is now
 * @param task the task that changed, if it was a task
 * @param line the log line that was added, if it was that
 */
public record JobEvent(JobRun run, Optional<JobTask> task, Optional<LogLine> line) {
    /** Checks the parts. */
    public JobEvent {
        Objects.requireNonNull(run);
        Objects.requireNonNull(task);
        Objects.requireNonNull(line);
    }
}
