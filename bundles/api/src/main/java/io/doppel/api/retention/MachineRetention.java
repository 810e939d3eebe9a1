package io.doppel.api.retention;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What becomes of the versions of one machine in one vault.
 *
 * @param host name of its host
 * @param machineId its id on that host
 * @param machineName its name in its newest version
 * @param scope where its policy was set; empty if none was
 * @param policy that policy
 * @param versions its versions, newest first
 */
public record MachineRetention(
        String host,
        String machineId,
        String machineName,
        Optional<RetentionScope> scope,
        Optional<RetentionPolicy> policy,
        List<VersionVerdict> versions) {
    /** Checks and copies. */
    public MachineRetention {
        Objects.requireNonNull(host);
        Objects.requireNonNull(machineId);
        Objects.requireNonNull(machineName);
        Objects.requireNonNull(scope);
        Objects.requireNonNull(policy);
        versions = List.copyOf(versions);
    }
}
