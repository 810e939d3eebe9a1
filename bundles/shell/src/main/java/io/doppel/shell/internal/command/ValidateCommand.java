package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.vault.VaultService;
import io.doppel.shell.internal.KindCommand;
import io.doppel.shell.internal.complete.OptionsOnly;
import io.doppel.shell.internal.complete.VaultNames;
import io.doppel.shell.internal.complete.VersionIds;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Validates versions. */
@Service
@Command(scope = "doppel", name = "validate", description = "Read and check versions, all of them or some")
public final class ValidateCommand extends KindCommand {
    @Reference
    VaultService vaults;

    @Argument(
            name = "[VERSION...]",
            description = "Ids or beginnings of ids; without one, all versions",
            multiValued = true)
    @Completion(VersionIds.class)
    List<String> arguments;

    @Option(name = "--vault", description = "Only versions in this vault")
    @Completion(VaultNames.class)
    String vault;

    @Option(name = "--older-than", description = "Only packs not verified for so long, and those that never were: 30d")
    @Completion(OptionsOnly.class)
    String olderThan;

    @Option(name = "--new", description = "Only packs that were never verified")
    boolean onlyNew;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        Map<String, String> options = options();
        put(options, "vault", vault);
        onlyOne("VERSION", !words.isEmpty(), "--older-than", olderThan != null, "--new", onlyNew);
        put(options, "older-than", olderThan);
        put(options, "new", onlyNew ? "true" : null);
        refuseVaults(words);
        put(options, "versions", words.isEmpty() ? null : String.join(",", words));
        attend(jobs.submit(new JobDefinition("", "validate", List.of(), options)));
    }

    /** A vault's name in the place of a version is taken for the wish to check that vault. */
    private void refuseVaults(List<String> words) throws DoppelException {
        for (String word : words) {
            try {
                vaults.version(word);
            } catch (DoppelException e) {
                if (vaults.vaults().stream().anyMatch(known -> known.name().equals(word))) {
                    throw usage("'" + word + "' is a vault, not a version; --vault " + word + " checks all of it");
                }
            }
        }
    }
}
