package io.doppel.api.vault;

import io.doppel.api.inventory.ConnectionState;
import java.util.Map;
import java.util.Objects;

/**
 * A vault that was added.
 *
 * @param name its name here
 * @param id its own id, the same for everybody who attaches it; empty if it never could be opened
 * @param type its storage type
 * @param settings its settings; secrets are shown as {@code (set)}
 * @param state whether it can be used now
 * @param message why not, with code; empty if it can
 * @param recoveryKeyExported whether the recovery key was exported; people are reminded until it was
 * @param versions number of versions
 * @param storedBytes bytes its objects take, −1 as long as it was not opened
 * @param freeBytes free space of the target, −1 if unknown
 */
public record VaultView(
        String name,
        String id,
        String type,
        Map<String, String> settings,
        ConnectionState state,
        String message,
        boolean recoveryKeyExported,
        int versions,
        long storedBytes,
        long freeBytes) {
    /** Checks and copies. */
    public VaultView {
        Objects.requireNonNull(name);
        Objects.requireNonNull(id);
        Objects.requireNonNull(type);
        settings = Map.copyOf(settings);
        Objects.requireNonNull(state);
        Objects.requireNonNull(message);
    }
}
