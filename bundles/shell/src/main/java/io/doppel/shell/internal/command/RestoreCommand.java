package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.vault.VersionView;
import io.doppel.shell.internal.VersionKindCommand;
import io.doppel.shell.internal.complete.HostNames;
import io.doppel.shell.internal.complete.HostOptionKeys;
import io.doppel.shell.internal.complete.OptionsOnly;
import io.doppel.shell.internal.output.Human;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Restores a version. */
@Service
@Command(scope = "doppel", name = "restore", description = "Restore a version to a new machine, or over the original")
public final class RestoreCommand extends VersionKindCommand {
    @Option(name = "--host", description = "Host to restore to; without it, the one the version was taken of")
    @Completion(HostNames.class)
    String host;

    @Option(name = "--name", description = "Name of the new machine")
    @Completion(OptionsOnly.class)
    String name;

    @Option(
            name = "--over-original",
            description = "Replace the disks of the original machine; the old ones are kept until restore-confirm")
    boolean overOriginal;

    @Option(name = "--disks", description = DISKS)
    @Completion(OptionsOnly.class)
    String disks;

    @Option(
            name = "--skip-damaged",
            description =
                    "Restore a damaged version without what cannot be read: zeros are there, and the places are named")
    boolean skipDamaged;

    @Option(name = "--option", description = HOST_OPTION, multiValued = true)
    @Completion(HostOptionKeys.class)
    List<String> hostOptions;

    @Option(name = "--yes", description = "Do not ask")
    boolean yes;

    @Option(name = "--dry-run", description = "Ask the host what would be written and replaced, and do nothing")
    boolean dryRun;

    @Override
    protected void run(List<String> words) throws DoppelException {
        onlyOne("--name", name != null, "--over-original", overOriginal);
        if (name == null && !overOriginal) {
            throw usage("Give --name NAME for a new machine, or --over-original");
        }
        VersionView version = version(words);
        Plan plan = new Plan(
                version.id(),
                host == null ? version.host() : host,
                overOriginal ? version.machineName() : name,
                overOriginal,
                version.disks(),
                version.logicalBytes(),
                version.dataBytes(),
                version.health().name(),
                List.of());
        Map<String, String> options = options(version, plan);
        if (dryRun) {
            Plan whole = plan.with(steps(options));
            print(whole, whole.sentence(version, screen().zone()));
            return;
        }
        boolean asks = overOriginal && !yes && !json();
        if (!json()) {
            screen().out().println((asks ? plan.with(steps(options)) : plan).sentence(version, screen().zone()));
        }
        if (overOriginal) {
            confirm(yes, "Replace the disks of machine '" + version.machineName() + "' on host '" + plan.host() + "'?");
        }
        attend(jobs.submit(definition(options)));
    }

    private Map<String, String> options(VersionView version, Plan plan) throws DoppelException {
        Map<String, String> options = options(version);
        options.put("host", plan.host());
        if (overOriginal) {
            options.put("over-original", "true");
        } else {
            options.put("name", name);
        }
        put(options, "disks", disks);
        putHostOptions(options, values(hostOptions));
        if (skipDamaged) {
            options.put("skip-damaged", "true");
        }
        return options;
    }

    private static JobDefinition definition(Map<String, String> options) {
        return new JobDefinition("", "restore", List.of(), options);
    }

    /** What the host says that it would do. */
    private List<String> steps(Map<String, String> options) throws DoppelException {
        Map<String, String> dry = new LinkedHashMap<>(options);
        dry.put("dry-run", "true");
        return ask(definition(dry));
    }

    /** What will be written. */
    private record Plan(
            String version,
            String host,
            String machine,
            boolean overOriginal,
            int disks,
            long logicalBytes,
            long dataBytes,
            String health,
            List<String> steps) {
        Plan with(List<String> known) {
            return new Plan(
                    version, host, machine, overOriginal, disks, logicalBytes, dataBytes, health, List.copyOf(known));
        }

        String sentence(VersionView from, ZoneId zone) {
            return "Version " + version + " of '" + from.machineName() + "', taken " + Human.time(from.takenAt(), zone)
                    + " ("
                    + Human.word(from.health()) + "): writes " + Human.count(disks, "disk") + " of "
                    + Human.bytes(logicalBytes)
                    + " together, " + Human.bytes(dataBytes) + " of it data, "
                    + (overOriginal
                            ? "over machine '" + machine + "' on host '" + host
                                    + "'; the old disks are kept until doppel:restore-confirm."
                            : "as new machine '" + machine + "' on host '" + host + "'.")
                    + steps.stream().map(step -> "\n- " + step).collect(Collectors.joining());
        }
    }
}
