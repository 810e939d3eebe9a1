package io.doppel.core.internal.kind;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.LogLine;
import io.doppel.api.vault.VersionView;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.retention.VersionText;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.vault.VaultError;
import java.util.ArrayList;
import java.util.List;

/** What a purge drops of one vault, and what has to stay. Used by one thread. */
final class Drops {
    private final Vaults vaults;
    private final String vault;
    private final CoreContext context;
    private final List<VersionView> dropped = new ArrayList<>();
    private int inUse;

    Drops(Vaults vaults, String vault, CoreContext context) {
        this.vaults = vaults;
        this.vault = vault;
        this.context = context;
    }

    /** Versions that were dropped, or would be. */
    List<VersionView> dropped() {
        return dropped;
    }

    /** How many versions are in use and stay. */
    int inUse() {
        return inUse;
    }

    /** Only tells of them. */
    void would(List<VersionView> some) {
        dropped.addAll(some);
        some.forEach(version -> log(LogLine.Level.INFO, "Would drop version " + VersionText.of(version)));
    }

    /**
     * Drops them with one change of the vault's head if none of them has to stay. Otherwise those that have to are found by halves; a try that
     * is refused changes no head.
     */
    void drop(List<VersionView> some) throws DoppelException {
        context.cancel().check();
        try {
            vaults.removeVersions(vault, some.stream().map(VersionView::id).toList());
        } catch (DoppelException e) {
            boolean onlySome = e.is(VaultError.IN_USE) || e.is(VaultError.ON_HOLD);
            if (onlySome && some.size() > 1) {
                drop(some.subList(0, some.size() / 2));
                drop(some.subList(some.size() / 2, some.size()));
            } else if (onlySome || e.is(VaultError.UNREADABLE_HOLD)) {
                some.forEach(version -> stays(version, e));
            } else {
                throw e;
            }
            return;
        }
        dropped.addAll(some);
        some.forEach(version -> log(LogLine.Level.INFO, "Version " + VersionText.of(version) + ", was dropped"));
    }

    private void stays(VersionView version, DoppelException why) {
        String what = "Version " + VersionText.of(version) + ", ";
        if (why.is(VaultError.IN_USE)) {
            inUse++;
            log(LogLine.Level.INFO, what + "is in use and stays until the next purge");
        } else {
            log(LogLine.Level.WARNING, what + "stays: " + why.getMessage());
        }
    }

    private void log(LogLine.Level level, String text) {
        context.task().log(level, text);
    }
}
