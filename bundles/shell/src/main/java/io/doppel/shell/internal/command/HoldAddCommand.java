package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.HoldView;
import io.doppel.api.vault.VaultService;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.complete.OptionsOnly;
import io.doppel.shell.internal.complete.VersionIds;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Holds a version. */
@Service
@Command(
        scope = "doppel",
        name = "hold-add",
        description = "Keep any server from removing a version, until hold-remove; it is kept in the vault itself")
public final class HoldAddCommand extends DoppelCommand {
    @Argument(name = "VERSION", description = "Its id or the beginning of it", multiValued = true)
    @Completion(VersionIds.class)
    List<String> arguments;

    @Option(name = "--purpose", description = "What for, for those who wonder later")
    @Completion(OptionsOnly.class)
    String purpose;

    @Reference
    VaultService vaults;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        HoldView hold = vaults.addHold(one(words, "VERSION"), needed(purpose, "--purpose"));
        logWho(hold.vault());
        print(
                hold,
                "Version " + hold.versionId() + " is held; to end that: doppel:hold-remove " + hold.vault() + " "
                        + hold.id());
    }
}
