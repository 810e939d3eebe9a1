package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.shell.internal.FollowCommand;
import io.doppel.shell.internal.complete.RunNumbers;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Watches a run. */
@Service
@Command(
        scope = "doppel",
        name = "job-watch",
        description = "Show the progress of a run until it ends; Ctrl-C ends the watching alone")
public final class JobWatchCommand extends FollowCommand {
    @Argument(name = "RUN", description = "Number of the run, see job-list", multiValued = true)
    @Completion(RunNumbers.class)
    List<String> arguments;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        follow(runNumber(words), false);
    }
}
