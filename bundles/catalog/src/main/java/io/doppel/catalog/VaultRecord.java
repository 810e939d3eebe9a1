package io.doppel.catalog;

import java.util.Map;
import java.util.Objects;

/**
 * A vault as it is kept.
 *
 * @param name its name here, at most 255 characters
 * @param id its own id
 * @param type its storage type
 * @param settings its settings; secrets as references
 * @param readOnly whether it is opened for reading only
 * @param recoveryKeyExported whether its recovery key was exported from here
 */
public record VaultRecord(
        String name,
        String id,
        String type,
        Map<String, String> settings,
        boolean readOnly,
        boolean recoveryKeyExported) {
    /** Checks and copies. */
    public VaultRecord {
        Objects.requireNonNull(name);
        Objects.requireNonNull(id);
        Objects.requireNonNull(type);
        settings = Map.copyOf(settings);
    }
}
