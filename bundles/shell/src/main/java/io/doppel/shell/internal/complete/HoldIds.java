package io.doppel.shell.internal.complete;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.HoldView;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** A vault, then the holds in it. */
@Service
public final class HoldIds extends InVault {
    @Override
    List<String> ids(String vault) throws DoppelException {
        return vaults.holds(vault).stream().map(HoldView::id).toList();
    }
}
