package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.ConnectionState;
import io.doppel.api.inventory.HostMachine;
import io.doppel.api.inventory.HostView;
import io.doppel.api.inventory.InventoryService;
import io.doppel.api.inventory.Machine;
import io.doppel.api.inventory.MachineDisk;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.complete.HostNames;
import io.doppel.shell.internal.output.Human;
import io.doppel.shell.internal.output.Table;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists machines. */
@Service
@Command(scope = "doppel", name = "machine-list", description = "List the machines of one host or of all")
public final class MachineListCommand extends DoppelCommand {
    @Argument(name = "[HOST]", description = "A host; without one, all", multiValued = true)
    @Completion(HostNames.class)
    List<String> arguments;

    @Reference
    InventoryService inventory;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        Optional<String> host = words.isEmpty() ? Optional.empty() : Optional.of(one(words, "HOST"));
        Table table = new Table("No machine was found.")
                .name("HOST")
                .name("MACHINE")
                .name("STATE")
                .figure("DISKS")
                .figure("SIZE")
                .text("PROBLEMS")
                .minor()
                .text("TAGS")
                .minor()
                .text("MEMBER")
                .minor()
                .text("LEFT OUT")
                .minor();
        List<HostMachine> machines = inventory.machines(host);
        for (HostMachine found : machines) {
            table.row(
                    found.host(),
                    found.machine().name(),
                    Human.word(found.machine().state()),
                    found.machine().disks().size(),
                    Human.bytes(found.machine().disks().stream()
                            .mapToLong(MachineDisk::size)
                            .sum()),
                    String.join("; ", found.machine().problems()),
                    found.machine().tags().stream().sorted().collect(Collectors.joining(", ")),
                    found.machine().member(),
                    excluded(found.machine()));
        }
        print(machines, table);
        for (HostView shown : inventory.hosts()) {
            if (host.orElse(shown.name()).equals(shown.name()) && unusable(shown)) {
                screen().err().println("Host '" + shown.name() + "' is left out: " + shown.message());
            }
        }
    }

    /** Why backups that do not name the machine, or some of its disks, leave them out. */
    private static String excluded(Machine machine) {
        Stream<String> disks = machine.disks().stream()
                .filter(d -> !d.excluded().isEmpty())
                .map(d -> "disk " + d.key() + ": " + d.excluded());
        return Stream.concat(Stream.of(machine.excluded()).filter(e -> !e.isEmpty()), disks)
                .collect(Collectors.joining("; "));
    }

    private static boolean unusable(HostView host) {
        return host.state() == ConnectionState.FAILED || host.state() == ConnectionState.NO_PLUGIN;
    }
}
