package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.VaultService;
import io.doppel.shell.internal.VaultCommand;
import io.doppel.shell.internal.complete.OptionsOnly;
import io.doppel.shell.internal.output.Human;
import java.util.HashMap;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Sets how a vault is validated by itself. */
@Service
@Command(
        scope = "doppel",
        name = "validation-set",
        description = "Set when a vault is read and checked without being asked; what is not given stays as it is")
public final class ValidationSetCommand extends VaultCommand {
    @Option(name = "--after", description = "Each pack again after this time: 30d, 36h; 0 for never")
    @Completion(OptionsOnly.class)
    String after;

    @Option(name = "--rate", description = "Most bytes a second: 64M; 0 for no limit")
    @Completion(OptionsOnly.class)
    String rate;

    @Option(name = "--when-idle", description = "Only while no job uses the vault: true or false")
    @Completion(OptionsOnly.class)
    String whenIdle;

    @Reference
    VaultService vaults;

    @Override
    protected void run(String vault) throws DoppelException {
        Map<String, String> settings = new HashMap<>();
        put(settings, "validate-after", after);
        put(settings, "validate-rate", rate);
        put(settings, "validate-when-idle", whenIdle);
        if (settings.isEmpty()) {
            throw usage("Give at least one of --after, --rate and --when-idle");
        }
        Map<String, String> now = vaults.setValidation(vault, settings);
        print(now, "Vault '" + vault + "' is validated with " + Human.pairs(now) + ".");
    }
}
