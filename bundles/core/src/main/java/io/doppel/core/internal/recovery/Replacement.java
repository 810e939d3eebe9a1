package io.doppel.core.internal.recovery;

import io.doppel.api.error.DoppelException;
import io.doppel.catalog.VaultRecord;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultError;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether another server was recovered from a copy of this one. What is marked with the installation's id may be that server's
 * then, and is not this one's to remove.
 */
public final class Replacement {
    private static final Logger LOG = LoggerFactory.getLogger(Replacement.class);

    private final Vaults vaults;

    /** Made by the core. */
    public Replacement(Vaults vaults) {
        this.vaults = vaults;
    }

    /**
     * Whether this is known to be the installation's only server: no vault that is open says that it was replaced, and at least one
     * confirms that it was not, if there are any.
     *
     * @param mayOpen whether vaults are opened for that, which may take as long as their targets do
     * @throws DoppelException {@link VaultError#REPLACED}
     */
    public boolean isRuledOut(boolean mayOpen) throws DoppelException {
        boolean confirmed = false;
        for (String name : vaults.openForWriting().keySet()) {
            confirmed |= isRuledOutBy(name);
        }
        if (confirmed) {
            return true; // nobody waits for a target that is away
        }
        List<VaultRecord> attached = mayOpen ? vaults.attachedForWriting() : List.of();
        for (VaultRecord record : attached) {
            if (isRuledOutBy(record.name())) {
                return true;
            }
        }
        if (!attached.isEmpty()) {
            LOG.info(
                    "No vault can be asked whether this server was replaced; what it left on hosts stays until one can");
        }
        return vaults.attachedForWriting().isEmpty();
    }

    private boolean isRuledOutBy(String name) throws DoppelException {
        try {
            if (isHeld(name)) {
                return true;
            }
            // taken over: opening it anew tells by whom
            vaults.open(name);
            return true;
        } catch (DoppelException e) {
            if (e.is(VaultError.REPLACED)) {
                LOG.error("Vault '{}': {}", name, e.getMessage());
                throw e;
            }
            return e.is(VaultError.HELD);
        }
    }

    private boolean isHeld(String name) throws DoppelException {
        Vault vault = vaults.open(name);
        try {
            vault.checkLease();
            return true;
        } catch (DoppelException e) {
            vaults.failed(name, vault, e);
            if (e.is(VaultError.LEASE_LOST)) {
                return false;
            }
            throw e;
        }
    }
}
