package io.doppel.core.internal.validate;

import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.core.JobError;
import io.doppel.core.internal.job.Claims;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.job.CoreHandler;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.vault.Vault;
import io.doppel.vault.VerifiedPacks;
import io.doppel.vault.VerifyOptions;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.Supplier;

/** A round of verification by age: the packs of a vault whose turn it is, the longest unverified first. One run. */
final class AgedPacks implements CoreHandler {
    /** The states of versions are looked at again after so many packs. */
    private static final int SLICE = 1024;

    private final String vaultName;
    private final Vaults vaults;
    private final Validation validation;
    private final Claims claims;
    private final Supplier<ValidationSettings> settings;
    private final boolean byAge;
    private final SettingsSpec options;

    /** @param byAge whether packs are verified; otherwise it is only looked at what is known to be damaged */
    AgedPacks(
            String vaultName,
            Vaults vaults,
            Validation validation,
            Claims claims,
            Supplier<ValidationSettings> settings,
            boolean byAge,
            SettingsSpec options) {
        this.vaultName = vaultName;
        this.vaults = vaults;
        this.validation = validation;
        this.claims = claims;
        this.settings = settings;
        this.byAge = byAge;
        this.options = options;
    }

    @Override
    public void run(CoreContext context) throws DoppelException {
        Vault vault = vaults.open(vaultName, context);
        BackgroundPace pace = new BackgroundPace(claims, vaultName, settings, context.task(), context.cancel());
        pace.read(0);
        validation.refresh(vaultName, vault, context.cancel());
        verify(vault, pace, context);
    }

    private void verify(Vault vault, BackgroundPace pace, CoreContext context) throws DoppelException {
        ValidationSettings now = settings.get();
        VerifiedPacks packs = vault.packs();
        int[] due = byAge && now.byAge()
                ? packs.due(validation.clock().instant(), now.after().minus(now.early()), now.newAfter())
                : new int[0];
        long left = bytes(packs, due, 0, due.length);
        long done = 0;
        DoppelException damage = null;
        for (int from = 0; from < due.length; from += SLICE) {
            int to = Math.min(due.length, from + SLICE);
            long bytes = bytes(packs, due, from, to);
            left -= bytes;
            try {
                VerifyOptions how = new VerifyOptions(1, validation.clock(), pace);
                int[] slice = Arrays.copyOfRange(due, from, to);
                validation.packs(vaultName, vault, slice, how, context.task(), done, left, context.cancel());
            } catch (DoppelException e) {
                if (!e.is(JobError.DAMAGE_FOUND)) {
                    throw e;
                }
                damage = e;
            }
            done += bytes;
        }
        context.task().result("packs", Integer.toString(due.length));
        if (damage != null) {
            context.task().fail(damage);
        }
        context.task().succeed(due.length == 0 ? "No pack is due" : "Packs that are right: " + due.length);
    }

    private static long bytes(VerifiedPacks packs, int[] due, int from, int to) {
        BitSet some = new BitSet();
        Arrays.stream(due, from, to).forEach(some::set);
        return packs.bytes(some);
    }

    @Override
    public boolean isLimited() {
        return false;
    }

    @Override
    public String kind() {
        return "validate";
    }

    @Override
    public String title() {
        return "Read and check what was not for long";
    }

    @Override
    public SettingsSpec options() {
        return options;
    }

    @Override
    public boolean perMachine() {
        return false;
    }
}
