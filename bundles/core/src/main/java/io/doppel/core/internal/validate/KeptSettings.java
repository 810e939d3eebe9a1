package io.doppel.core.internal.validate;

import io.doppel.api.error.DoppelException;
import io.doppel.catalog.ValidationRecords;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The validation settings of vaults, by their own ids. Safe for several threads. */
final class KeptSettings {
    private final ValidationRecords records;
    private final Map<String, ValidationSettings> known = new ConcurrentHashMap<>();

    KeptSettings(ValidationRecords records) {
        this.records = records;
    }

    /** What is set; asks the catalogue only once. */
    ValidationSettings of(String vaultId) throws DoppelException {
        ValidationSettings now = known.get(vaultId);
        if (now == null) {
            now = ValidationSettings.parse(records.settings(vaultId));
            known.put(vaultId, now);
        }
        return now;
    }

    /** All settings as text, those that were never set with their defaults. */
    Map<String, String> text(String vaultId) throws DoppelException {
        return ValidationSettings.SPEC.parse(records.settings(vaultId)).asMap();
    }

    /** Sets some of them; all of them as they are now. */
    synchronized Map<String, String> set(String vaultId, Map<String, String> some) throws DoppelException {
        Map<String, String> all = new HashMap<>(records.settings(vaultId));
        all.putAll(some);
        ValidationSettings now = ValidationSettings.parse(all);
        records.putSettings(vaultId, all);
        known.put(vaultId, now);
        return text(vaultId);
    }
}
