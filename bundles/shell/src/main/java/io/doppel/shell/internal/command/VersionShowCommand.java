package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.BootTest;
import io.doppel.api.vault.VaultService;
import io.doppel.api.vault.VaultView;
import io.doppel.api.vault.VersionView;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.complete.VersionIds;
import io.doppel.shell.internal.output.Human;
import io.doppel.shell.internal.output.Table;
import java.time.Instant;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Shows a version. */
@Service
@Command(scope = "doppel", name = "version-show", description = "Show all that is known of a version")
public final class VersionShowCommand extends DoppelCommand {
    @Argument(name = "VERSION", description = "Its id or the beginning of it", multiValued = true)
    @Completion(VersionIds.class)
    List<String> arguments;

    @Reference
    VaultService vaults;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        VersionView version = vaults.version(one(words, "VERSION"));
        Table table = new Table("").name("FIELD").text("VALUE");
        table.row("id", version.id())
                .row("vault", version.vault())
                .row("host", version.host())
                .row("machine", version.machineName() + " (" + version.machineId() + ")")
                .row("taken", Human.time(version.takenAt(), screen().zone()))
                .row("consistency", version.consistency())
                .row("disks", version.disks())
                .row("size", Human.bytes(version.logicalBytes()) + ", " + Human.bytes(version.dataBytes()) + " of data")
                .row("stored", Human.bytes(version.storedBytes()) + " added to the vault")
                .row("health", Human.word(version.health()) + validated(version))
                .row("boot test", version.bootTest().map(this::tested).orElse("none"));
        version.origin()
                .ifPresent(
                        o -> table.row("copy of", "version " + o.versionId() + " of vault " + vaultName(o.vaultId())));
        version.problems().forEach(problem -> table.row("problem", problem));
        print(version, table);
    }

    private String vaultName(String id) {
        return vaults.vaults().stream()
                .filter(vault -> vault.id().equals(id))
                .map(VaultView::name)
                .findFirst()
                .orElse(id);
    }

    private String tested(BootTest test) {
        return (test.started() ? "started " : "failed ") + Human.time(test.at(), screen().zone()) + ": " + test.said();
    }

    private String validated(VersionView version) {
        return version.validatedAt().equals(Instant.EPOCH)
                ? ""
                : " since " + Human.time(version.validatedAt(), screen().zone());
    }
}
