package io.doppel.shell.internal.command;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.VaultService;
import io.doppel.api.vault.VaultView;
import io.doppel.shell.internal.Form;
import io.doppel.shell.internal.VaultCommand;
import io.doppel.shell.internal.Watched;
import io.doppel.shell.internal.complete.OptionsOnly;
import io.doppel.shell.internal.complete.StorageSettings;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Changes a vault's settings. */
@Service
@Command(
        scope = "doppel",
        name = "vault-set",
        description =
                "Change settings of a vault, for example its password or where it is, after opening it with them; another vault"
                        + " than the one that is known is refused, and secrets are never sent to another address than they were given for")
public final class VaultSetCommand extends VaultCommand {
    @Option(name = "--set", description = SET + "; an empty value takes the setting away", multiValued = true)
    @Completion(StorageSettings.class)
    List<String> set;

    @Option(name = "--set-secret", description = SET_SECRET, multiValued = true)
    @Completion(OptionsOnly.class)
    List<String> setSecret;

    @Reference
    VaultService vaults;

    @Override
    protected void run(String name) throws DoppelException {
        VaultView vault = vaults.vaults().stream()
                .filter(v -> v.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new DoppelException(CommonError.NOT_FOUND, "There is no vault '" + name + "'"));
        Form form = new Form(screen(), Form.find(vaults.storageTypes(), vault.type()));
        Map<String, String> changes = form.open(values(set));
        if (changes.isEmpty() && values(setSecret).isEmpty()) {
            throw usage("Give at least one --set or --set-secret");
        }
        form.addSecrets(changes, values(setSecret), vault.settings());
        VaultView changed = new Watched(screen(), json() || !screen().canRedraw())
                .call((steps, cancel) -> vaults.changeVault(name, changes, steps::step, cancel));
        print(changed, "Vault '" + name + "' was changed.");
    }
}
