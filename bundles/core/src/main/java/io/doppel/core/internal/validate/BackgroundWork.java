package io.doppel.core.internal.validate;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.core.internal.job.Claims;
import io.doppel.core.internal.job.CoreHandler;
import io.doppel.core.internal.job.Place;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.spi.job.TaskScope;
import io.doppel.vault.VerifyOptions;
import java.util.function.Supplier;

/** A run of validation of one vault that nobody asked for: it takes no place in a queue and gives way to those who use the vault. */
abstract class BackgroundWork implements CoreHandler {
    protected final String vaultName;
    protected final Vaults vaults;
    protected final Validation validation;
    private final Claims claims;
    protected final Supplier<ValidationSettings> settings;
    private final SettingsSpec options;

    /**
     * For one vault.
     *
     * @param settings the vault's, asked each time
     * @param options of the kind as which the run is known
     */
    BackgroundWork(
            String vaultName,
            Vaults vaults,
            Validation validation,
            Claims claims,
            Supplier<ValidationSettings> settings,
            SettingsSpec options) {
        this.vaultName = vaultName;
        this.vaults = vaults;
        this.validation = validation;
        this.claims = claims;
        this.settings = settings;
        this.options = options;
    }

    /** How packs are read: one after the other, beside those who use the vault only if that is set. Waits until it may begin. */
    protected final VerifyOptions how(TaskScope task, CancelToken cancel) throws DoppelException {
        BackgroundPace pace = new BackgroundPace(claims, vaultName, settings, task, cancel);
        pace.read(0);
        return new VerifyOptions(1, validation.clock(), pace);
    }

    @Override
    public final Place place() {
        return Place.GIVING_WAY;
    }

    @Override
    public final String kind() {
        return "validate";
    }

    @Override
    public final SettingsSpec options() {
        return options;
    }

    @Override
    public final boolean perMachine() {
        return false;
    }
}
