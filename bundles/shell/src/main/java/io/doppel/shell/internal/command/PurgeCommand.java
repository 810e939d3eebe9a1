package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.retention.RetentionService;
import io.doppel.shell.internal.KindCommand;
import io.doppel.shell.internal.complete.VaultNames;
import io.doppel.shell.internal.output.Human;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Gives the space of dropped versions back. */
@Service
@Command(
        scope = "doppel",
        name = "purge",
        description =
                "Drop the versions that a vault's retention does not keep, and give back all space that is not needed")
public final class PurgeCommand extends KindCommand {
    @Argument(name = "VAULT", description = "The vault", multiValued = true)
    @Completion(VaultNames.class)
    List<String> arguments;

    @Option(name = "--dry-run", description = "Only tell what would be dropped and about how much freed")
    boolean dryRun;

    @Option(name = "--keep-versions", description = "Drop no version; only give back what earlier removals left")
    boolean keepVersions;

    @Option(
            name = "--no-grace",
            description = "Give back at once what interrupted backups stored, which they would have to store again")
    boolean noGrace;

    @Option(name = "--yes", description = "Do not ask")
    boolean yes;

    @Reference
    RetentionService retention;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        Map<String, String> options = options();
        String vault = one(words, "VAULT");
        put(options, "vault", vault);
        put(options, "retention", keepVersions ? "false" : null);
        put(options, "grace", noGrace ? "0s" : null);
        put(options, "dry-run", dryRun ? "true" : null);
        if (!dryRun && !keepVersions) {
            int dropped = retention.preview(vault, Optional.empty()).dropped().size();
            if (dropped > 0) {
                confirm(
                        yes,
                        "Drop " + Human.count(dropped, "version") + " of vault '" + vault
                                + "' for good? (doppel:retention-preview shows which, and why)");
            }
        }
        attend(jobs.submit(new JobDefinition("", "purge", List.of(), options)));
    }
}
