package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.shell.internal.JobCommand;
import io.doppel.shell.internal.complete.RunNumbers;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Retries a run. */
@Service
@Command(scope = "doppel", name = "job-retry", description = "Run the failed parts of a run again, as a new run")
public final class JobRetryCommand extends JobCommand {
    @Argument(name = "RUN", description = RUN, multiValued = true)
    @Completion(RunNumbers.class)
    List<String> arguments;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        attend(jobs.retryFailed(runNumber(words)));
    }
}
