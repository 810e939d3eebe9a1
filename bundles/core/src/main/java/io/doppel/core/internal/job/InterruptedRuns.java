package io.doppel.core.internal.job;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.job.JobTask;
import io.doppel.api.job.LogLine;
import io.doppel.catalog.RunRecords;
import io.doppel.core.JobError;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Closes the runs that a crash left open. What they left on hosts is swept when those are next connected. */
final class InterruptedRuns {
    private InterruptedRuns() {}

    static void close(RunRecords records) throws DoppelException {
        for (JobRun run : records.open()) {
            Instant now = Instant.now();
            DoppelException why = new DoppelException(JobError.INTERRUPTED, "The server ended while the run was open");
            List<JobTask> open = records.tasks(run.id()).stream()
                    .filter(t -> !t.state().isFinal())
                    .map(t -> interrupted(t, now, why))
                    .toList();
            JobRun closed = new JobRun(
                    run.id(),
                    run.definition(),
                    JobState.INTERRUPTED,
                    run.progress(),
                    run.submitted(),
                    run.started(),
                    Optional.of(now),
                    why.getMessage(),
                    why.code().id());
            LogLine line = new LogLine(
                    now, 0, LogLine.Level.WARNING, "The server ended in the middle of this run; closed now");
            records.close(closed, open, line);
        }
    }

    private static JobTask interrupted(JobTask t, Instant now, DoppelException why) {
        return new JobTask(
                t.id(),
                t.runId(),
                t.parentId(),
                t.name(),
                JobState.INTERRUPTED,
                t.progress(),
                t.started(),
                Optional.of(now),
                why.getMessage(),
                why.code().id(),
                t.results());
    }
}
