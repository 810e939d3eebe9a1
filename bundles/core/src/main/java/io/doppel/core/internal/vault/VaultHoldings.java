package io.doppel.core.internal.vault;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.HoldView;
import io.doppel.api.vault.VersionView;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultHolds;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The holds in the vaults, as people see and change them. */
public final class VaultHoldings {
    private static final Logger LOG = LoggerFactory.getLogger(VaultHoldings.class);

    private static final int MOST_PURPOSE = 1000;

    private final Vaults vaults;

    /** Made by the core. */
    public VaultHoldings(Vaults vaults) {
        this.vaults = vaults;
    }

    /** The holds in a vault. */
    public List<HoldView> in(String name) throws DoppelException {
        return vaults.open(name).holds().all().stream()
                .map(hold -> view(name, hold))
                .toList();
    }

    HoldView add(String version, String purpose) throws DoppelException {
        if (purpose.isBlank() || purpose.length() > MOST_PURPOSE) {
            throw new DoppelException(
                    CommonError.BAD_SETTING, "The purpose of a hold has 1 to " + MOST_PURPOSE + " characters");
        }
        VersionView held = vaults.known().version(version);
        VaultHolds.Found hold = vaults.with(held.vault(), vault -> vault.holds().add(held.id(), purpose.strip()));
        HoldView added = view(held.vault(), hold);
        LOG.info("Version {} of vault '{}' is held: {}", held.id(), held.vault(), added.purpose());
        return added;
    }

    HoldView remove(String name, String hold) throws DoppelException {
        List<String> meant = in(name).stream()
                .map(HoldView::id)
                .filter(id -> id.startsWith(hold) && !hold.isEmpty())
                .toList();
        if (meant.size() > 1) {
            throw new DoppelException(
                    CommonError.NOT_FOUND, "'" + hold + "' is the start of " + meant.size() + " holds");
        }
        String id = meant.isEmpty() ? hold : meant.get(0);
        VaultHolds.Found removed = vaults.with(name, vault -> vault.holds().remove(id));
        return view(name, removed);
    }

    private static HoldView view(String vault, VaultHolds.Found hold) {
        return new HoldView(
                hold.id(),
                vault,
                hold.versionId(),
                hold.purpose(),
                hold.server(),
                hold.since(),
                hold.lasting(),
                hold.problem());
    }

    /** Ends the holds of runs that did not survive a restart, now that it is known that this is the only opening of the vault here. */
    static void endLeftovers(String name, Vault vault) {
        try {
            vault.holds().endLeftovers();
        } catch (DoppelException e) {
            LOG.warn("Vault '{}': holds of runs that are no more could not be ended: {}", name, e.getMessage());
        }
    }
}
