package io.doppel.shell.internal.complete;

import io.doppel.api.vault.VaultService;
import io.doppel.api.vault.VaultView;
import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Vaults. */
@Service
public final class VaultNames extends WordCompleter {
    @Reference
    VaultService vaults;

    @Override
    Collection<String> words(List<String> line, String typed) {
        return vaults.vaults().stream().map(VaultView::name).toList();
    }
}
