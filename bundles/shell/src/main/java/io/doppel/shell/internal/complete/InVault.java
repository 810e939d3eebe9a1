package io.doppel.shell.internal.complete;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.VaultService;
import io.doppel.api.vault.VaultView;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.lifecycle.Reference;

/** A vault, then what is in it. */
abstract class InVault extends WordCompleter {
    @Reference
    VaultService vaults;

    /** Ids of what is meant in that vault. */
    abstract List<String> ids(String vault) throws DoppelException;

    @Override
    final Collection<String> words(List<String> line, String typed) {
        List<String> names = vaults.vaults().stream().map(VaultView::name).toList();
        Optional<String> vault = line.stream().skip(1).filter(names::contains).findFirst();
        if (vault.isEmpty() || vault.get().equals(typed)) {
            return names;
        }
        try {
            return ids(vault.get());
        } catch (DoppelException e) {
            // There is no place for a message while somebody types; the command that lists them tells.
            return List.of();
        }
    }
}
