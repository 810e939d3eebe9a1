package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobService;
import io.doppel.shell.internal.PlainCommand;
import io.doppel.shell.internal.output.Human;
import io.doppel.shell.internal.output.Table;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists job definitions. */
@Service
@Command(scope = "doppel", name = "job-definitions", description = "List the jobs that are kept")
public final class JobDefinitionsCommand extends PlainCommand {
    @Reference
    JobService jobs;

    @Override
    protected void run() throws DoppelException {
        Table table = new Table("No job is kept. Keep one with: doppel:job-define NAME --kind KIND MACHINE")
                .name("NAME")
                .name("KIND")
                .text("MACHINES")
                .text("OPTIONS");
        List<JobDefinition> all = jobs.definitions();
        for (JobDefinition job : all) {
            table.row(job.name(), job.kind(), String.join(", ", job.machines()), Human.pairs(job.options()));
        }
        print(all, table);
    }
}
