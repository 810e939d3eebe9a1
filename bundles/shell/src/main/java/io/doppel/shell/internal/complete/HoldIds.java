package io.doppel.shell.internal.complete;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.HoldView;
import io.doppel.api.vault.VaultService;
import io.doppel.api.vault.VaultView;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** A vault, then the holds in it. */
@Service
public final class HoldIds extends WordCompleter {
    @Reference
    VaultService vaults;

    @Override
    Collection<String> words(List<String> line, String typed) {
        List<String> names = vaults.vaults().stream().map(VaultView::name).toList();
        Optional<String> vault = line.stream().skip(1).filter(names::contains).findFirst();
        if (vault.isEmpty() || vault.get().equals(typed)) {
            return names;
        }
        try {
            return vaults.holds(vault.get()).stream().map(HoldView::id).toList();
        } catch (DoppelException e) {
            // There is no place for a message while somebody types; hold-list tells.
            return List.of();
        }
    }
}
