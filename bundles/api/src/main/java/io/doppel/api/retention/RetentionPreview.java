package io.doppel.api.retention;

import io.doppel.api.vault.VersionView;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * What retention would do to a vault now.
 *
 * @param vault name of the vault
 * @param role its role
 * @param at the time that was taken for now
 * @param doubt why that time is not trusted, with code and advice, and nothing is dropped therefore; empty if it is trusted
 * @param machines the machines, by host and name
 */
public record RetentionPreview(
        String vault, VaultRole role, Instant at, String doubt, List<MachineRetention> machines) {
    /** Checks and copies. */
    public RetentionPreview {
        Objects.requireNonNull(vault);
        Objects.requireNonNull(role);
        Objects.requireNonNull(at);
        Objects.requireNonNull(doubt);
        machines = List.copyOf(machines);
    }

    /** The versions that would be dropped, by machine, newest first. */
    public List<VersionView> dropped() {
        return machines.stream()
                .flatMap(machine -> machine.versions().stream())
                .filter(verdict -> !verdict.kept())
                .map(VersionVerdict::version)
                .toList();
    }
}
