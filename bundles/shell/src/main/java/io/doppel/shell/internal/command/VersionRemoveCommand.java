package io.doppel.shell.internal.command;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.retention.MachineRetention;
import io.doppel.api.retention.RetentionService;
import io.doppel.api.vault.VersionView;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.complete.MachineNames;
import io.doppel.shell.internal.complete.VaultNames;
import io.doppel.shell.internal.complete.VersionIds;
import io.doppel.shell.internal.output.Human;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Removes versions that people name. */
@Service
@Command(
        scope = "doppel",
        name = "version-remove",
        description =
                "Remove versions, whatever their policy says; not pinned ones, nor younger ones than its minimum age")
public final class VersionRemoveCommand extends DoppelCommand {
    @Argument(
            name = "VERSION...",
            description = "Ids or the beginnings of them; none with --machine",
            multiValued = true)
    @Completion(VersionIds.class)
    List<String> arguments;

    @Option(name = "--newest", description = "Also the newest version of a machine, or its newest undamaged one")
    boolean newest;

    @Option(
            name = "--machine",
            description = "All versions of this machine, as host/machine, the newest too; with --vault")
    @Completion(MachineNames.class)
    String machine;

    @Option(name = "--vault", description = "The vault of that machine's versions")
    @Completion(VaultNames.class)
    String vault;

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
        onlyOne("VERSION", !words.isEmpty(), "--machine", machine != null);
        if (words.isEmpty() && machine == null) {
            throw usage("The argument VERSION is missing; doppel:version-list shows what there is");
        }
        boolean newestToo = newest || machine != null;
        List<VersionView> versions = retention.removable(machine == null ? words : ofMachine(), newestToo);
        confirm(yes, "Remove " + named(versions) + "?");
        List<VersionView> removed =
                retention.remove(versions.stream().map(VersionView::id).toList(), newestToo);
        print(
                removed,
                Human.count(removed.size(), "version") + " removed. The next doppel:purge gives the space back.");
    }

    private List<String> ofMachine() throws DoppelException {
        String place = needed(vault, "--vault");
        String id = machine.substring(machine.indexOf('/') + 1);
        if (id.length() == machine.length()) {
            throw usage("Give the machine as host/machine, not '" + machine + "'");
        }
        List<MachineRetention> found =
                retention.preview(place, Optional.of(machine)).machines();
        MachineRetention only =
                found.stream().filter(m -> m.machineId().equals(id)).findFirst().orElse(found.get(0));
        if (found.size() > 1 && !only.machineId().equals(id)) {
            throw new DoppelException(
                    CommonError.NOT_FOUND,
                    "'" + machine + "' is the name of " + found.size() + " machines; give an id: "
                            + found.stream().map(MachineRetention::machineId).collect(Collectors.joining(", ")));
        }
        return only.versions().stream().map(v -> v.version().id()).toList();
    }

    private String named(List<VersionView> versions) {
        String machines = versions.stream()
                .map(version -> version.host() + "/" + version.machineName())
                .distinct()
                .collect(Collectors.joining(", "));
        VersionView first = versions.get(0);
        return versions.size() == 1
                ? "version " + first.id() + " of " + machines + ", taken "
                        + Human.time(first.takenAt(), screen().zone())
                : Human.count(versions.size(), "version") + " of " + machines;
    }
}
