package io.doppel.core.internal.vault;

import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.vault.VaultProgress;
import io.doppel.catalog.NamedRecords;
import io.doppel.catalog.VaultRecord;
import io.doppel.core.JobError;
import io.doppel.core.internal.job.Revocable;
import io.doppel.core.internal.plugin.Registry;
import io.doppel.core.internal.state.SecretSettings;
import io.doppel.spi.storage.StorageType;
import java.util.Map;

/** Other settings of a vault that is known here: looked at, opened with, and kept only then. */
final class VaultChange {
    private final NamedRecords<VaultRecord> records;
    private final Vaults vaults;
    private final Registry<StorageType> types;
    private final SecretSettings settings;

    VaultChange(
            NamedRecords<VaultRecord> records, Vaults vaults, Registry<StorageType> types, SecretSettings settings) {
        this.records = records;
        this.vaults = vaults;
        this.types = types;
        this.settings = settings;
    }

    /** Changes a vault that nobody uses and nobody else changes meanwhile; the old settings count until the new ones are proven. */
    VaultRecord change(String name, Map<String, String> changes, VaultProgress progress, Revocable.Decision decision)
            throws DoppelException {
        VaultRecord old = vaults.record(name);
        if (old.readOnly()) {
            throw new DoppelException(
                    JobError.VAULT_READ_ONLY,
                    "Vault '" + name
                            + "' is attached for reading only, and no key of it is kept here: remove it and add it again"
                            + " with the new settings");
        }
        SettingsSpec spec = types.get(old.type()).service().settings();
        SecretSettings.Change change = settings.change(spec, old.settings(), changes, "vault/" + name);
        boolean done = false;
        try {
            VaultRecord record =
                    new VaultRecord(name, old.id(), old.type(), change.kept(), false, old.recoveryKeyExported());
            progress.step("Looking which vault is there", 0, 0);
            vaults.look().require(record);
            decision.token().check();
            progress.step("Opening the vault with the new settings", 0, 0);
            vaults.linkOf(old).change(record, now -> {
                decision.make();
                records.put(now);
            });
            done = true;
            settings.forget(change.stale());
            return record;
        } finally {
            if (!done) {
                settings.forget(change.fresh());
            }
        }
    }
}
