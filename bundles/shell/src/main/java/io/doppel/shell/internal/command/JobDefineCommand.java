package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobService;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.Form;
import io.doppel.shell.internal.complete.KindNames;
import io.doppel.shell.internal.complete.KindOptions;
import io.doppel.shell.internal.complete.MachineNames;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Keeps a job definition. */
@Service
@Command(scope = "doppel", name = "job-define", description = "Keep a job under a name")
public final class JobDefineCommand extends DoppelCommand {
    @Argument(
            name = "NAME [MACHINE...]",
            description = "Name of the job, then machines as for backup",
            multiValued = true)
    @Completion(MachineNames.class)
    List<String> arguments;

    @Option(name = "--kind", description = "Kind of the job, see job-kinds")
    @Completion(KindNames.class)
    String kind;

    @Option(name = "--set", description = SET, multiValued = true)
    @Completion(KindOptions.class)
    List<String> set;

    @Reference
    JobService jobs;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        if (words.isEmpty()) {
            throw usage("The argument NAME is missing");
        }
        JobDefinition job = new JobDefinition(
                words.get(0), needed(kind, "--kind"), words.subList(1, words.size()), Form.pairs(values(set)));
        jobs.define(job);
        print(job, "Job '" + job.name() + "' is kept. Run it with: doppel:job-run " + job.name());
    }
}
