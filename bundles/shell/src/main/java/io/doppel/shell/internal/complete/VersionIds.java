package io.doppel.shell.internal.complete;

import io.doppel.api.vault.VaultService;
import io.doppel.api.vault.VersionView;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Versions. */
@Service
public final class VersionIds extends WordCompleter {
    @Reference
    VaultService vaults;

    @Override
    Collection<String> words(List<String> line, String typed) {
        return vaults.versions(Optional.empty(), Optional.empty()).stream()
                .map(VersionView::id)
                .toList();
    }
}
