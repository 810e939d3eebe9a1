package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobService;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.complete.JobNames;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Forgets a job definition. */
@Service
@Command(scope = "doppel", name = "job-undefine", description = "Forget a job that is kept; its runs stay")
public final class JobUndefineCommand extends DoppelCommand {
    @Argument(name = "NAME", description = "The job", multiValued = true)
    @Completion(JobNames.class)
    List<String> arguments;

    @Option(name = "--yes", description = "Do not ask")
    boolean yes;

    @Reference
    JobService jobs;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        String name = one(words, "NAME");
        confirm(yes, "Forget job '" + name + "'? Its runs stay.");
        jobs.undefine(name);
        print(Map.of("removed", name), "Job '" + name + "' was removed.");
    }
}
