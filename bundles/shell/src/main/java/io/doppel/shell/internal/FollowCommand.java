package io.doppel.shell.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobService;
import io.doppel.api.job.JobState;
import io.doppel.api.job.LogLine;
import io.doppel.shell.internal.output.RunReport;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;

/** A command that can stay with a run to its end. */
public abstract class FollowCommand extends DoppelCommand {
    /** The job service. */
    @Reference
    protected JobService jobs;

    Ticker ticker = Ticker.SYSTEM;

    /**
     * Shows a run up to its end, then its summary; fails if the run did not do what was asked.
     *
     * @param cancels whether Ctrl-C stops the run and not only the watching
     */
    protected final void follow(long id, boolean cancels) throws DoppelException {
        RunReport report = new RunFollower(jobs, screen(), ticker, json(), cancels).follow(id);
        show(report);
        RunFollower.check(report.run());
    }

    /**
     * Runs a short job without showing it, unless it fails.
     *
     * @return what its log tells, warnings too
     */
    protected final List<String> ask(JobDefinition definition) throws DoppelException {
        long id = jobs.submit(definition).id();
        RunReport report = new RunFollower(jobs, screen(), ticker, true, true).follow(id);
        if (report.run().state() != JobState.SUCCEEDED && report.run().state() != JobState.WARNING) {
            show(report);
            RunFollower.check(report.run());
        }
        return report.log().stream().map(LogLine::text).toList();
    }

    private void show(RunReport report) {
        if (json()) {
            printJson(report);
        } else {
            report.print(screen().out(), screen().width());
        }
    }
}
