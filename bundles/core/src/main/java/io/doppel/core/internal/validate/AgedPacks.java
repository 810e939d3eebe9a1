package io.doppel.core.internal.validate;

import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.core.internal.job.Claims;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.vault.Vault;
import io.doppel.vault.VerifyOptions;
import io.doppel.vault.VerifyReport;
import java.util.List;
import java.util.function.Supplier;

/** A round of verification by age: the packs of a vault whose turn it is, the longest unverified first. One run. */
final class AgedPacks extends BackgroundWork {
    private final boolean byAge;

    /** @param byAge whether packs are verified; otherwise it is only looked at what is known to be damaged */
    AgedPacks(
            String vaultName,
            Vaults vaults,
            Validation validation,
            Claims claims,
            Supplier<ValidationSettings> settings,
            boolean byAge,
            SettingsSpec options) {
        super(vaultName, vaults, validation, claims, settings, options);
        this.byAge = byAge;
    }

    @Override
    public void run(CoreContext context) throws DoppelException {
        Vault vault = vaults.open(vaultName, context);
        VerifyOptions how = how(context.task(), context.cancel());
        ValidationSettings now = settings.get();
        int[] due = byAge && now.byAge()
                ? vault.packs().due(validation.clock().instant(), now.after().minus(now.early()), now.newAfter())
                : new int[0];
        List<VerifyReport.Problem> wrong =
                validation.packs(vaultName, vault, due, how, context.task(), context.cancel());
        Validation.Found found = validation.refresh(vaultName, vault, wrong, context.task(), context.cancel());
        context.task().result("packs", Integer.toString(due.length));
        if (!wrong.isEmpty()) {
            found.throwIfAny(vaultName);
        }
        context.task().succeed(due.length == 0 ? "No pack is due" : "Packs that were read: " + due.length);
    }

    @Override
    public String title() {
        return "Read and check what was not for long";
    }
}
