package io.doppel.core.internal.recovery;

import io.doppel.api.error.DoppelException;
import io.doppel.api.recovery.RecoverySource;
import io.doppel.api.secret.SecretStore;
import io.doppel.core.internal.plugin.Guard;
import io.doppel.core.internal.plugin.Plugin;
import io.doppel.core.internal.plugin.Registry;
import io.doppel.core.internal.state.FileSecretStore;
import io.doppel.core.internal.state.SecretSettings;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageType;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultOwner;
import java.nio.file.Path;
import java.util.Map;

/**
 * A vault that is not known here, opened with what a person gave.
 *
 * @param storage its storage target
 * @param vault the vault
 */
record SourceVault(Storage storage, Vault vault) implements AutoCloseable {
    /** What a person asks of a storage target. */
    interface Use {
        Vault open(Storage storage) throws DoppelException;
    }

    /**
     * A look at a vault.
     *
     * @param source it
     * @param secrets what its storage plug-in used
     */
    record Look(SourceVault source, LookSecrets secrets) implements AutoCloseable {
        Vault vault() {
            return source.vault();
        }

        @Override
        public void close() throws DoppelException {
            source.close();
        }
    }

    /**
     * Opens it for reading beside whoever holds it.
     *
     * @param own secrets of this server
     * @param scratch folder for what is needed meanwhile
     */
    static Look look(RecoverySource source, Registry<StorageType> types, SecretStore own, Path scratch, VaultOwner me)
            throws DoppelException {
        FileSecretStore given = FileSecretStore.open(scratch.resolve("secrets"));
        LookSecrets secrets = new LookSecrets(given, own);
        Plugin<StorageType> plugin = types.get(source.type());
        Map<String, String> kept =
                new SecretSettings(given).keep(plugin.service().settings(), source.settings(), "recovery");
        SourceVault opened = open(
                source.type(),
                types,
                kept,
                secrets,
                storage -> Vault.open(
                        storage,
                        scratch.resolve("look"),
                        me,
                        VaultAccess.READ_ONLY,
                        source.unlock().clone()));
        return new Look(opened, secrets);
    }

    /**
     * Opens a vault with settings as the catalogue keeps them.
     *
     * @param secrets where their secrets are
     */
    static SourceVault open(
            String type, Registry<StorageType> types, Map<String, String> kept, SecretStore secrets, Use use)
            throws DoppelException {
        Plugin<StorageType> plugin = types.get(type);
        Storage real =
                plugin.service().open(SecretSettings.forPlugin(plugin.service().settings(), kept), secrets);
        Storage storage = Guard.wrap(Storage.class, real, plugin.gate());
        boolean done = false;
        try {
            SourceVault opened = new SourceVault(storage, use.open(storage));
            done = true;
            return opened;
        } finally {
            if (!done) {
                storage.close();
            }
        }
    }

    @Override
    public void close() throws DoppelException {
        try {
            vault.close();
        } finally {
            storage.close();
        }
    }
}
