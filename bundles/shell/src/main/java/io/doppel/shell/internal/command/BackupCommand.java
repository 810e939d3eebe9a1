package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.MachinePlan;
import io.doppel.api.vault.VaultService;
import io.doppel.shell.internal.KeyReminder;
import io.doppel.shell.internal.MachinesKindCommand;
import io.doppel.shell.internal.complete.HostOptionKeys;
import io.doppel.shell.internal.complete.OptionsOnly;
import io.doppel.shell.internal.complete.VaultNames;
import io.doppel.shell.internal.output.PlanTable;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Backs machines up. */
@Service
@Command(scope = "doppel", name = "backup", description = "Back up machines into a vault")
public final class BackupCommand extends MachinesKindCommand {
    @Option(name = "--vault", description = "The vault")
    @Completion(VaultNames.class)
    String vault;

    @Option(name = "--full", description = "Read everything, whatever the hypervisor says has changed")
    boolean full;

    @Option(name = "--disks", description = DISKS)
    @Completion(OptionsOnly.class)
    String disks;

    @Option(name = "--option", description = HOST_OPTION, multiValued = true)
    @Completion(HostOptionKeys.class)
    List<String> hostOptions;

    @Option(name = "--dry-run", description = "Show which machines and disks would be taken, and why others not")
    boolean dryRun;

    @Reference
    VaultService vaults;

    @Override
    protected void run(List<String> machines, Map<String, String> options) throws DoppelException {
        options.put("vault", needed(vault, "--vault"));
        if (full) {
            options.put("full", "true");
        }
        put(options, "disks", disks);
        putHostOptions(options, values(hostOptions));
        JobDefinition definition = new JobDefinition("", "backup", machines, options);
        if (dryRun) {
            List<MachinePlan> plans = jobs.preview(definition);
            print(plans, PlanTable.of(plans));
            return;
        }
        JobRun run = jobs.submit(definition);
        KeyReminder.show(
                screen(),
                vaults.vaults().stream().filter(v -> v.name().equals(vault)).toList());
        attend(run);
    }
}
