package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.shell.internal.MachinesKindCommand;
import io.doppel.shell.internal.complete.HostNames;
import io.doppel.shell.internal.complete.OptionsOnly;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Copies machines to another host. */
@Service
@Command(
        scope = "doppel",
        name = "replicate",
        description = "Copy whole machines to another host of the same kind, without a vault")
public final class ReplicateCommand extends MachinesKindCommand {
    @Option(name = "--to", description = "The host that the copies are made on")
    @Completion(HostNames.class)
    String to;

    @Option(name = "--name", description = "Name of the copy; {machine} stands for the machine's name")
    @Completion(OptionsOnly.class)
    String name;

    @Option(
            name = "--option",
            description = "An option of the receiving host as key=value, see --dry-run; may be repeated",
            multiValued = true)
    @Completion(OptionsOnly.class)
    List<String> hostOptions;

    @Option(
            name = "--dry-run",
            description = "Only tell what would be copied, and which options the receiving host has")
    boolean dryRun;

    @Override
    protected void run(List<String> machines, Map<String, String> options) throws DoppelException {
        options.put("to", needed(to, "--to"));
        put(options, "name", name);
        putHostOptions(options, values(hostOptions));
        if (dryRun) {
            options.put("dry-run", "true");
        }
        attend(jobs.submit(new JobDefinition("", "replicate", machines, options)));
    }
}
