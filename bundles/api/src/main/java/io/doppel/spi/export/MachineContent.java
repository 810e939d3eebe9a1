package io.doppel.spi.export;

import io.doppel.api.inventory.MachineDisk;
import io.doppel.spi.disk.DiskReader;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A machine of a version.
 *
 * @param name the machine's name
 * @param takenAt when the machine's state was taken
 * @param machineConfig what the snapshot's {@code machineConfig} was
 * @param disks the disks wanted, which may be fewer than the machine had
 * @param readers the content of each of them by its key; closed by whoever opened them. Give memory back in
 *     {@link DiskReader#verifyUnchanged()}, so whoever reads one after the other calls that after each
 * @param options checked values of {@link MachineFormat#options}
 */
public record MachineContent(
        String name,
        Instant takenAt,
        Map<String, String> machineConfig,
        List<MachineDisk> disks,
        Map<String, DiskReader> readers,
        Map<String, String> options) {
    /** Checks and copies. */
    public MachineContent {
        Objects.requireNonNull(name);
        Objects.requireNonNull(takenAt);
        machineConfig = Map.copyOf(machineConfig);
        disks = List.copyOf(disks);
        readers = Map.copyOf(readers);
        options = Map.copyOf(options);
        for (MachineDisk disk : disks) {
            if (!readers.containsKey(disk.key())) {
                throw new IllegalArgumentException("no content of disk " + disk.key());
            }
        }
    }
}
