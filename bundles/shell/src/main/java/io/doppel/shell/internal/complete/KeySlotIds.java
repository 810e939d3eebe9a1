package io.doppel.shell.internal.complete;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.KeySlotView;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** A vault, then its key slots. */
@Service
public final class KeySlotIds extends InVault {
    @Override
    List<String> ids(String vault) throws DoppelException {
        return vaults.keySlots(vault).stream().map(KeySlotView::id).toList();
    }
}
