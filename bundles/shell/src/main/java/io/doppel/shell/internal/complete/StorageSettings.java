package io.doppel.shell.internal.complete;

import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.vault.VaultService;
import io.doppel.api.vault.VaultView;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Settings of the storage type, or of the vault, in the line. */
@Service
public final class StorageSettings extends WordCompleter {
    @Reference
    VaultService vaults;

    @Override
    Collection<String> words(List<String> line, String typed) {
        Map<String, SettingsSpec> specs = new HashMap<>(vaults.storageTypes());
        for (VaultView vault : vaults.vaults()) {
            Optional.ofNullable(specs.get(vault.type())).ifPresent(spec -> specs.putIfAbsent(vault.name(), spec));
        }
        return Pairs.of(Pairs.named(specs, line), typed);
    }
}
