package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.shell.internal.KindCommand;
import io.doppel.shell.internal.complete.VaultNames;
import io.doppel.shell.internal.complete.VersionIds;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Validates versions. */
@Service
@Command(scope = "doppel", name = "validate", description = "Read and check versions, all of them or some")
public final class ValidateCommand extends KindCommand {
    @Argument(
            name = "[VERSION...]",
            description = "Ids or beginnings of ids; without one, all versions",
            multiValued = true)
    @Completion(VersionIds.class)
    List<String> arguments;

    @Option(name = "--vault", description = "Only versions in this vault")
    @Completion(VaultNames.class)
    String vault;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        Map<String, String> options = options();
        put(options, "vault", vault);
        put(options, "versions", words.isEmpty() ? null : String.join(",", words));
        attend(jobs.submit(new JobDefinition("", "validate", List.of(), options)));
    }
}
