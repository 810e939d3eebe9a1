package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.LogLine;
import io.doppel.shell.internal.RunCommand;
import io.doppel.shell.internal.output.Human;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Shows a log. */
@Service
@Command(scope = "doppel", name = "job-log", description = "Show the log of a run")
public final class JobLogCommand extends RunCommand {
    @Override
    protected void run(long id) throws DoppelException {
        List<LogLine> log = jobs.log(id);
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
