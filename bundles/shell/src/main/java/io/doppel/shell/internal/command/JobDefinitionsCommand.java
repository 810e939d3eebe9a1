package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobService;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.complete.OptionsOnly;
import io.doppel.shell.internal.output.Human;
import io.doppel.shell.internal.output.Table;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists job definitions. */
@Service
@Command(scope = "doppel", name = "job-definitions", description = "List the jobs that are kept")
public final class JobDefinitionsCommand extends DoppelCommand {
    @Argument(name = "", description = "", multiValued = true)
    @Completion(OptionsOnly.class)
    List<String> arguments;

    @Reference
    JobService jobs;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        none(words);
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
