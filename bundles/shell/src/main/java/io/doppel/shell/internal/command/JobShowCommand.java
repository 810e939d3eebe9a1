package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobService;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.complete.RunNumbers;
import io.doppel.shell.internal.output.RunReport;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Shows a run. */
@Service
@Command(scope = "doppel", name = "job-show", description = "Show a run with its tasks")
public final class JobShowCommand extends DoppelCommand {
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
        RunReport report = new RunReport(jobs.run(id), jobs.tasks(id), jobs.log(id));
        if (json()) {
            printJson(report);
        } else {
            report.printHeader(screen().out(), screen().zone());
            report.print(screen().out(), screen().width());
        }
    }
}
