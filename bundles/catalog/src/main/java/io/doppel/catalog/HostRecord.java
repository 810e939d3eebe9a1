package io.doppel.catalog;

import java.util.Map;
import java.util.Objects;

/**
 * A host as it is kept.
 *
 * @param name its name, at most 255 characters
 * @param type its hypervisor type
 * @param settings its settings; secrets as references
 */
public record HostRecord(String name, String type, Map<String, String> settings) {
    /** Checks and copies. */
    public HostRecord {
        Objects.requireNonNull(name);
        Objects.requireNonNull(type);
        settings = Map.copyOf(settings);
    }
}
