package io.doppel.shell.internal.complete;

import io.doppel.api.vault.VaultService;
import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Settings of the storage type in the line. */
@Service
public final class StorageSettings extends WordCompleter {
    @Reference
    VaultService vaults;

    @Override
    Collection<String> words(List<String> line, String typed) {
        return Pairs.of(Pairs.named(vaults.storageTypes(), line), typed);
    }
}
