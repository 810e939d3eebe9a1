package io.doppel.shell.internal.command;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobService;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.complete.RunNumbers;
import io.doppel.shell.internal.output.Human;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Cancels a run. */
@Service
@Command(scope = "doppel", name = "job-cancel", description = "Ask a run to stop, and wait until it has")
public final class JobCancelCommand extends DoppelCommand {
    @Argument(name = "RUN", description = "Number of the run, see job-list", multiValued = true)
    @Completion(RunNumbers.class)
    List<String> arguments;

    @Reference
    JobService jobs;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        long id = runNumber(words);
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
