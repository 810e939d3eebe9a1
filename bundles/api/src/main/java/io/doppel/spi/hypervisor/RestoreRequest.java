package io.doppel.spi.hypervisor;

import io.doppel.api.inventory.MachineDisk;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a restore shall make.
 *
 * @param restoreId id of this restore, unique; names what is kept
 * @param sourceMachineId the machine the version was taken of
 * @param overOriginal machine to restore over; empty for a new machine
 * @param name name of the new machine, ignored over an original
 * @param disks disks to write, with key, size and format of the source
 * @param machineConfig what the snapshot's {@code machineConfig} was
 * @param isolated whether the machine must reach no network but one that nobody else is in, as for a boot test
 * @param options checked values of {@link HypervisorType#restoreOptions} (network map, storage per disk …)
 */
public record RestoreRequest(
        String restoreId,
        String sourceMachineId,
        Optional<String> overOriginal,
        String name,
        List<MachineDisk> disks,
        Map<String, String> machineConfig,
        boolean isolated,
        Map<String, String> options) {
    /** Checks and copies. */
    public RestoreRequest {
        Objects.requireNonNull(restoreId);
        Objects.requireNonNull(sourceMachineId);
        Objects.requireNonNull(overOriginal);
        Objects.requireNonNull(name);
        disks = List.copyOf(disks);
        machineConfig = Map.copyOf(machineConfig);
        options = Map.copyOf(options);
    }
}
