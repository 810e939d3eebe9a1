package io.doppel.spi.hypervisor;

import java.util.Objects;

/**
 * A point in a disk's life from which the hypervisor can prove what changed. Bases have an owner, so that two jobs,
 * vaults or servers never destroy each other's.
 *
 * @param machineId machine as its hypervisor names it
 * @param diskKey disk of the machine, see {@code MachineDisk.key}
 * @param consumer who uses it: the vault's id (backup) or the target's id (replication)
 * @param installationId the Doppel installation
 * @param versionId the committed version that holds the state at this point
 * @param token what the plug-in needs to find it again; opaque, no secrets, at most 4 KiB
 */
public record BaseToken(
        String machineId, String diskKey, String consumer, String installationId, String versionId, String token) {
    /** Checks the parts. */
    public BaseToken {
        Objects.requireNonNull(machineId);
        Objects.requireNonNull(diskKey);
        Objects.requireNonNull(consumer);
        Objects.requireNonNull(installationId);
        Objects.requireNonNull(versionId);
        Objects.requireNonNull(token);
    }
}
