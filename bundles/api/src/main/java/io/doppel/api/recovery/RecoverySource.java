package io.doppel.api.recovery;

import java.util.Map;
import java.util.Objects;

/**
 * Where recovery copies are: a vault, as for adding one.
 *
 * @param type storage type
 * @param settings settings of the type as text, secrets in clear
 * @param unlock passphrase or recovery key; the caller clears it
 */
public record RecoverySource(String type, Map<String, String> settings, char[] unlock) {
    /** Checks and copies. */
    public RecoverySource {
        Objects.requireNonNull(type);
        settings = Map.copyOf(settings);
        Objects.requireNonNull(unlock);
    }

    /** Never shows the passphrase or a setting. */
    @Override
    public String toString() {
        return "RecoverySource[" + type + "]";
    }
}
