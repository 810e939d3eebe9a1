package io.doppel.core.internal.vault;

import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.catalog.VaultRecord;
import io.doppel.core.JobError;
import io.doppel.core.internal.plugin.Guard;
import io.doppel.core.internal.plugin.Plugin;
import io.doppel.core.internal.plugin.Registry;
import io.doppel.core.internal.state.SecretSettings;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageType;
import io.doppel.vault.Vault;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Looks which vault is at a place before anything is done with it, through a connection of its own and beside whoever uses it. Writes nothing
 * where the storage type can do that, so that nothing is left on what turns out to be the wrong place.
 */
final class TargetLook {
    private final Registry<StorageType> types;
    private final SecretStore secrets;

    TargetLook(Registry<StorageType> types, SecretStore secrets) {
        this.types = types;
        this.secrets = secrets;
    }

    /**
     * Checks that the vault of a record is at the place of its settings.
     *
     * @throws DoppelException {@link JobError#OTHER_VAULT}; why the target cannot be opened or has no vault
     */
    void require(VaultRecord record) throws DoppelException {
        Plugin<StorageType> plugin = types.get(record.type());
        SettingsSpec spec = plugin.service().settings();
        Map<String, String> settings = new HashMap<>(record.settings());
        if (spec.field(StorageType.READ_ONLY).isPresent()) {
            settings.put(StorageType.READ_ONLY, "true");
        }
        Storage real = plugin.service().open(SecretSettings.forPlugin(spec, settings), secrets);
        try (Storage storage = Guard.wrap(Storage.class, real, plugin.gate())) {
            Set<String> there = Vault.idsAt(storage);
            if (!there.contains(record.id())) {
                throw other(record, there);
            }
        }
    }

    /** There is another vault than that of the record. */
    static DoppelException other(VaultRecord record, Set<String> there) {
        return new DoppelException(
                JobError.OTHER_VAULT,
                "Vault '" + record.name() + "' is " + record.id() + ", and there is " + String.join(" or ", there));
    }
}
