package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.shell.internal.VersionKindCommand;
import io.doppel.shell.internal.complete.OptionsOnly;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Writes a version to files. */
@Service
@Command(
        scope = "doppel",
        name = "export",
        description = "Write a version to files in a folder of the server: its disks as images, or the whole machine")
public final class ExportCommand extends VersionKindCommand {
    @Option(name = "--to", description = "The folder, which must be there")
    @Completion(OptionsOnly.class)
    String to;

    @Option(
            name = "--format",
            description =
                    "vhd (dynamic; without it) or raw (sparse), a file for each disk; or one of a plug-in, such as xva, one file of the"
                            + " whole machine")
    @Completion(
            value = OptionsOnly.class,
            values = {"vhd", "raw", "xva"})
    String format;

    @Option(
            name = "--option",
            description = "An option of the format as key=value, such as compression=zstd of xva; may be repeated",
            multiValued = true)
    @Completion(OptionsOnly.class)
    List<String> hostOptions;

    @Option(name = "--disks", description = DISKS)
    @Completion(OptionsOnly.class)
    String disks;

    @Option(name = "--dry-run", description = "Only tell which files would be made")
    boolean dryRun;

    @Override
    protected void run(List<String> words) throws DoppelException {
        Map<String, String> options = options(version(words));
        options.put("to", needed(to, "--to"));
        put(options, "format", format);
        put(options, "disks", disks);
        putHostOptions(options, values(hostOptions));
        if (dryRun) {
            options.put("dry-run", "true");
        }
        attend(jobs.submit(new JobDefinition("", "export", List.of(), options)));
    }
}
