package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.shell.internal.VersionKindCommand;
import io.doppel.shell.internal.complete.HostNames;
import io.doppel.shell.internal.complete.OptionsOnly;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Tests whether a version starts. */
@Service
@Command(
        scope = "doppel",
        name = "boot-test",
        description =
                "Restore a version cut off from every network, start it, wait for its guest to report, and remove it")
public final class BootTestCommand extends VersionKindCommand {
    @Option(name = "--host", description = "Host to test on; without it, the one the version was taken of")
    @Completion(HostNames.class)
    String host;

    @Option(name = "--wait", description = "How long the machine may take until its guest reports, for example 5m")
    @Completion(OptionsOnly.class)
    String wait;

    @Option(name = "--option", description = HOST_OPTION, multiValued = true)
    @Completion(OptionsOnly.class)
    List<String> hostOptions;

    @Override
    protected void run(List<String> words) throws DoppelException {
        Map<String, String> options = options(version(words));
        put(options, "host", host);
        put(options, "wait", wait);
        putHostOptions(options, values(hostOptions));
        attend(jobs.submit(new JobDefinition("", "boot-test", List.of(), options)));
    }
}
