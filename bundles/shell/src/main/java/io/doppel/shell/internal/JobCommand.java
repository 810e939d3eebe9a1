package io.doppel.shell.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobRun;
import org.apache.karaf.shell.api.action.Option;

/** A command that starts a run and, unless told otherwise, stays with it. */
public abstract class JobCommand extends FollowCommand {
    @Option(name = "--detach", description = "Return at once; the run goes on, and Ctrl-C no longer concerns it")
    boolean detach;

    /** Shows a run that was just queued. */
    protected final void attend(JobRun run) throws DoppelException {
        if (detach) {
            print(run, "Run " + run.id() + " is queued. Watch it with: doppel:job-watch " + run.id());
        } else {
            follow(run.id(), true);
        }
    }
}
