package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.vault.VaultService;
import io.doppel.shell.internal.KeyReminder;
import io.doppel.shell.internal.KindCommand;
import io.doppel.shell.internal.complete.MachineNames;
import io.doppel.shell.internal.complete.OptionsOnly;
import io.doppel.shell.internal.complete.VaultNames;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Backs machines up. */
@Service
@Command(scope = "doppel", name = "backup", description = "Back up machines into a vault")
public final class BackupCommand extends KindCommand {
    @Argument(name = "MACHINE...", description = "Machines as host/machine, host/* or *", multiValued = true)
    @Completion(MachineNames.class)
    List<String> arguments;

    @Option(name = "--vault", description = "The vault")
    @Completion(VaultNames.class)
    String vault;

    @Option(name = "--full", description = "Read everything, whatever the hypervisor says has changed")
    boolean full;

    @Option(name = "--disks", description = DISKS)
    @Completion(OptionsOnly.class)
    String disks;

    @Option(name = "--concurrency", description = "Machines at once")
    @Completion(OptionsOnly.class)
    String concurrency;

    @Reference
    VaultService vaults;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        if (words.isEmpty()) {
            throw usage("The argument MACHINE is missing; doppel:machine-list shows what there is");
        }
        Map<String, String> options = options();
        options.put("vault", needed(vault, "--vault"));
        if (full) {
            options.put("full", "true");
        }
        put(options, "disks", disks);
        put(options, "concurrency", concurrency);
        JobRun run = jobs.submit(new JobDefinition("", "backup", words, options));
        KeyReminder.show(
                screen(),
                vaults.vaults().stream().filter(v -> v.name().equals(vault)).toList());
        attend(run);
    }
}
