package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobService;
import io.doppel.api.job.LogLine;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.complete.RunNumbers;
import io.doppel.shell.internal.output.Human;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Shows a log. */
@Service
@Command(scope = "doppel", name = "job-log", description = "Show the log of a run")
public final class JobLogCommand extends DoppelCommand {
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
        List<LogLine> log = jobs.log(runNumber(words));
        if (json()) {
            printJson(log);
            return;
        }
        for (LogLine line : log) {
            screen().out()
                    .println(Human.time(line.at(), screen().zone()) + " " + Human.word(line.level()) + " "
                            + line.text());
        }
    }
}
