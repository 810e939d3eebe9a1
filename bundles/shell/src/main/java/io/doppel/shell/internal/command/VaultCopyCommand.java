package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.MachinePlan;
import io.doppel.shell.internal.KindCommand;
import io.doppel.shell.internal.complete.MachineNames;
import io.doppel.shell.internal.complete.OptionsOnly;
import io.doppel.shell.internal.complete.VaultNames;
import io.doppel.shell.internal.output.PlanTable;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Copies versions to another vault. */
@Service
@Command(
        scope = "doppel",
        name = "vault-copy",
        description = "Copy versions to another vault, offsite or back; sends only what that one lacks")
public final class VaultCopyCommand extends KindCommand {
    @Argument(
            name = "MACHINE...",
            description =
                    "As in doppel:backup, among the machines that the vault has versions of; all if none is given",
            multiValued = true)
    @Completion(MachineNames.class)
    List<String> arguments;

    @Option(name = "--from", description = "The vault that has the versions")
    @Completion(VaultNames.class)
    String from;

    @Option(name = "--to", description = "The vault that they go to, made with --domain-of the other one")
    @Completion(VaultNames.class)
    String to;

    @Option(name = "--newest", description = "Only the newest version of each machine")
    boolean newest;

    @Option(name = "--since", description = "Only versions that were taken within this time, 30d for example")
    @Completion(OptionsOnly.class)
    String since;

    @Option(
            name = "--bandwidth",
            description = "Most bytes a second, by the time of day: 2MB/s, or 08:00-18:00=2MB/s,18:00-08:00=unlimited")
    @Completion(OptionsOnly.class)
    String bandwidth;

    @Option(name = "--dry-run", description = "Only show which machines would be taken")
    boolean dryRun;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        Map<String, String> options = options();
        put(options, "vault", needed(from, "--from"));
        put(options, "offsite", needed(to, "--to"));
        put(options, "versions", newest ? "newest" : null);
        put(options, "since", since);
        put(options, "bandwidth", bandwidth);
        List<String> machines = words.isEmpty() ? List.of("*") : words;
        JobDefinition definition = new JobDefinition("", "vault", machines, options);
        if (dryRun) {
            List<MachinePlan> plans = jobs.preview(definition);
            print(plans, PlanTable.of(plans));
            return;
        }
        attend(jobs.submit(definition));
    }
}
