package io.doppel.shell.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.shell.internal.complete.RunNumbers;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Completion;

/** A command about one run. */
public abstract class RunCommand extends FollowCommand {
    @Argument(name = "RUN", description = RUN, multiValued = true)
    @Completion(RunNumbers.class)
    List<String> arguments;

    @Override
    protected final List<String> words() {
        return arguments;
    }

    @Override
    protected final void run(List<String> words) throws DoppelException {
        run(runNumber(words));
    }

    /** Does the work for the run of that number. */
    protected abstract void run(long id) throws DoppelException;
}
