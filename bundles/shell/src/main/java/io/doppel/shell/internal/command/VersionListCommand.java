package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.BootTest;
import io.doppel.api.vault.VaultService;
import io.doppel.api.vault.VaultView;
import io.doppel.api.vault.VersionOrigin;
import io.doppel.api.vault.VersionView;
import io.doppel.shell.internal.PlainCommand;
import io.doppel.shell.internal.complete.MachineNames;
import io.doppel.shell.internal.complete.VaultNames;
import io.doppel.shell.internal.output.Human;
import io.doppel.shell.internal.output.Table;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists versions. */
@Service
@Command(scope = "doppel", name = "version-list", description = "List versions, newest first")
public final class VersionListCommand extends PlainCommand {
    private static final int SHORT_ID = 16;

    @Option(name = "--vault", description = "Only of this vault")
    @Completion(VaultNames.class)
    String vault;

    @Option(name = "--machine", description = "Only of machines of this name or id")
    @Completion(MachineNames.class)
    String machine;

    @Reference
    VaultService vaults;

    @Override
    protected void run() throws DoppelException {
        Table table = new Table("There is no version.")
                .name("ID")
                .name("MACHINE")
                .name("TAKEN")
                .figure("SIZE")
                .figure("STORED")
                .name("HEALTH")
                .name("SINCE")
                .name("VAULT")
                .minor()
                .name("HOST")
                .minor()
                .figure("DISKS")
                .minor()
                .name("BOOT TEST")
                .minor()
                .name("COPY OF")
                .minor();
        List<VersionView> versions = vaults.versions(
                Optional.ofNullable(vault), Optional.ofNullable(machine).map(VersionListCommand::withoutHost));
        Map<String, String> names =
                vaults.vaults().stream().collect(Collectors.toMap(VaultView::id, VaultView::name, (a, b) -> a));
        List<String> ids = Human.shortIds(versions.stream().map(VersionView::id).toList());
        for (int i = 0; i < versions.size(); i++) {
            VersionView version = versions.get(i);
            table.row(
                    ids.get(i),
                    version.machineName(),
                    Human.time(version.takenAt(), screen().zone()),
                    Human.bytes(version.logicalBytes()),
                    Human.bytes(version.storedBytes()),
                    Human.word(version.health()),
                    since(version),
                    version.vault(),
                    version.host(),
                    version.disks(),
                    version.bootTest().map(this::tested).orElse(""),
                    version.origin().map(origin -> copyOf(origin, names)).orElse(""));
        }
        print(versions, table);
    }

    /** The vault by its name here if it is known, and enough of the version to find it. */
    private static String copyOf(VersionOrigin origin, Map<String, String> names) {
        String vault = names.getOrDefault(origin.vaultId(), origin.vaultId());
        return vault + "/"
                + origin.versionId()
                        .substring(0, Math.min(SHORT_ID, origin.versionId().length()));
    }

    private String since(VersionView version) {
        return version.validatedAt().equals(Instant.EPOCH) ? "" : Human.time(version.validatedAt(), screen().zone());
    }

    private String tested(BootTest test) {
        return (test.started() ? "started " : "failed ") + Human.time(test.at(), screen().zone());
    }

    /** Completion offers host/machine; the API wants the machine. */
    private static String withoutHost(String machine) {
        return machine.substring(machine.indexOf('/') + 1);
    }
}
