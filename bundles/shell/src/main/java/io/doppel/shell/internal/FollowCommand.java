package io.doppel.shell.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobService;
import io.doppel.shell.internal.output.RunReport;
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
        if (json()) {
            printJson(report);
        } else {
            report.print(screen().out(), screen().width());
        }
        RunFollower.check(report.run());
    }
}
