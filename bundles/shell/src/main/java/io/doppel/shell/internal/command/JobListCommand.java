package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobService;
import io.doppel.shell.internal.PlainCommand;
import io.doppel.shell.internal.complete.OptionsOnly;
import io.doppel.shell.internal.output.Human;
import io.doppel.shell.internal.output.Table;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists runs. */
@Service
@Command(scope = "doppel", name = "job-list", description = "List the newest runs")
public final class JobListCommand extends PlainCommand {
    @Option(name = "--most", description = "Show at most so many")
    @Completion(OptionsOnly.class)
    int most = 20;

    @Reference
    JobService jobs;

    @Override
    protected void run() throws DoppelException {
        Table table = new Table("No job has run yet.")
                .figure("RUN")
                .name("KIND")
                .name("STATE")
                .figure("DONE")
                .name("SUBMITTED")
                .figure("READ")
                .minor()
                .figure("STORED")
                .minor()
                .text("OUTCOME")
                .minor()
                .text("MACHINES")
                .minor();
        List<JobRun> runs = jobs.runs(most);
        for (JobRun run : runs) {
            table.row(
                    run.id(),
                    run.definition().kind(),
                    Human.word(run.state()),
                    Human.percent(run),
                    Human.time(run.submitted(), screen().zone()),
                    Human.bytes(run.progress().read()),
                    Human.bytes(run.progress().stored()),
                    run.outcome(),
                    String.join(", ", run.definition().machines()));
        }
        print(runs, table);
    }
}
