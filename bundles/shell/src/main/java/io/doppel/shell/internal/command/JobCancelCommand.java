package io.doppel.shell.internal.command;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobRun;
import io.doppel.shell.internal.RunCommand;
import io.doppel.shell.internal.output.Human;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Cancels a run. */
@Service
@Command(scope = "doppel", name = "job-cancel", description = "Ask a run to stop, and wait until it has")
public final class JobCancelCommand extends RunCommand {
    @Override
    protected void run(long id) throws DoppelException {
        jobs.cancel(id);
        try {
            JobRun run = jobs.await(id);
            print(run, "Run " + id + " has ended: " + Human.word(run.state()) + ".");
        } catch (InterruptedException e) {
            throw new DoppelException(
                    CommonError.CANCELLED, "Run " + id + " was asked to stop and has not ended yet", e);
        }
    }
}
