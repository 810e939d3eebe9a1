package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobService;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.shell.internal.PlainCommand;
import io.doppel.shell.internal.output.SpecTable;
import java.util.Map;
import java.util.TreeMap;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists the job kinds. */
@Service
@Command(scope = "doppel", name = "job-kinds", description = "List the kinds of jobs and their options")
public final class JobKindsCommand extends PlainCommand {
    @Reference
    JobService jobs;

    @Override
    protected void run() throws DoppelException {
        Map<String, SettingsSpec> kinds = new TreeMap<>();
        jobs.kinds().forEach(kind -> kinds.put(kind.name(), kind.options()));
        print(jobs.kinds(), SpecTable.of("KIND", kinds, "No job kind is installed."));
    }
}
