package io.doppel.api.inventory;

import java.util.Map;
import java.util.Objects;

/**
 * A host that was added.
 *
 * @param name its name
 * @param type its hypervisor type
 * @param settings its settings; secrets are shown as {@code (set)}
 * @param state whether it can be used now
 * @param message why not, with code; empty if it can
 */
public record HostView(String name, String type, Map<String, String> settings, ConnectionState state, String message) {
    /** Checks and copies. */
    public HostView {
        Objects.requireNonNull(name);
        Objects.requireNonNull(type);
        settings = Map.copyOf(settings);
        Objects.requireNonNull(state);
        Objects.requireNonNull(message);
    }
}
