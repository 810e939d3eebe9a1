package io.doppel.spi.hypervisor;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What a snapshot is wanted for.
 *
 * @param machineId the machine
 * @param diskKeys the disks wanted; empty means all
 * @param consumer who will own the change bases, see {@link BaseToken}
 * @param wanted best consistency wanted; the snapshot says what it got
 * @param bases bases from which changes are wanted, at most one a disk
 * @param options checked values of {@link HypervisorType#snapshotOptions}
 */
public record SnapshotRequest(
        String machineId,
        Set<String> diskKeys,
        String consumer,
        Consistency wanted,
        List<BaseToken> bases,
        Map<String, String> options) {
    /** Checks and copies. */
    public SnapshotRequest {
        Objects.requireNonNull(machineId);
        diskKeys = Set.copyOf(diskKeys);
        Objects.requireNonNull(consumer);
        Objects.requireNonNull(wanted);
        bases = List.copyOf(bases);
        options = Map.copyOf(options);
    }
}
