package io.doppel.shell.internal.complete;

import io.doppel.api.vault.VaultService;
import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Storage types. */
@Service
public final class StorageTypes extends WordCompleter {
    @Reference
    VaultService vaults;

    @Override
    Collection<String> words(List<String> line, String typed) {
        return vaults.storageTypes().keySet();
    }
}
