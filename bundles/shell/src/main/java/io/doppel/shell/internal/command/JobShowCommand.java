package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.shell.internal.RunCommand;
import io.doppel.shell.internal.output.RunReport;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Shows a run. */
@Service
@Command(scope = "doppel", name = "job-show", description = "Show a run with its tasks")
public final class JobShowCommand extends RunCommand {
    @Override
    protected void run(long id) throws DoppelException {
        RunReport report = new RunReport(jobs.run(id), jobs.tasks(id), jobs.log(id));
        if (json()) {
            printJson(report);
        } else {
            report.printHeader(screen().out(), screen().zone());
            report.print(screen().out(), screen().width());
        }
    }
}
